"""Files appear whole or not at all."""

import json

import numpy as np
import pytest

from pipeline.runtime.files import atomic, cached_array, write_json


def test_success_replaces_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "new" / "a.txt"
    for text in ("one", "two"):
        with atomic(path) as partial:
            partial.write_text(text)
    assert path.read_text() == "two"
    assert list(path.parent.iterdir()) == [path]


def test_failure_keeps_the_old_file_and_leaves_nothing_else(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), atomic(path) as partial:
        partial.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_name_keeps_the_suffix(tmp_path):
    with atomic(tmp_path / "a.mp4") as partial:
        assert partial.suffix == ".mp4"
        partial.touch()


def test_a_kept_array_is_made_once(tmp_path):
    file = tmp_path / "run" / "plate.npy"
    made = np.arange(24, dtype=np.uint8).reshape(2, 4, 3)
    np.testing.assert_array_equal(cached_array(file, lambda: made), made)

    def make():
        raise AssertionError("it is there already")

    again = cached_array(file, make)
    np.testing.assert_array_equal(again, made)
    assert again.dtype == made.dtype


def test_a_kept_array_that_cannot_be_made_leaves_nothing(tmp_path):
    def make():
        raise ValueError("the camera moves")

    with pytest.raises(ValueError, match="the camera moves"):
        cached_array(tmp_path / "plate.npy", make)
    assert list(tmp_path.iterdir()) == []


def test_json_round_trip_in_given_order_and_no_nan(tmp_path):
    write_json(tmp_path / "a.json", {"b": 1, "a": [0.1]})
    assert list(json.loads((tmp_path / "a.json").read_text())) == ["b", "a"]
    with pytest.raises(ValueError):
        write_json(tmp_path / "b.json", {"x": float("nan")})
    assert not (tmp_path / "b.json").exists()
