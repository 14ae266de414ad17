import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipeline.clips.masks import GROUP, MaskStore, write_masks
from pipeline.user.cli import UserError


def masks(count, height=48, width=61):
    """Random blocks; the width is no multiple of 8, so that rows of bits end within a byte."""
    random = np.random.default_rng(0)
    for _ in range(count):
        yield np.kron(random.integers(0, 2, (height // 4, 16)), np.ones((4, 4)))[:, :width].astype(bool)


def test_what_goes_in_comes_out(tmp_path):
    count = GROUP + 3
    write_masks(tmp_path / "masks.parquet", masks(count))
    store = MaskStore(tmp_path / "masks.parquet")
    assert len(store) == count
    for index, mask in enumerate(masks(count)):
        assert store[index].dtype == bool
        np.testing.assert_array_equal(store[index], mask)


def test_all_and_nothing(tmp_path):
    write_masks(tmp_path / "masks.parquet", [np.zeros((8, 8), bool), np.ones((8, 8), bool)])
    store = MaskStore(tmp_path / "masks.parquet")
    assert not store[0].any() and store[1].all()


def test_any_reader_reads_the_pngs_of_one_bit(tmp_path):
    write_masks(tmp_path / "masks.parquet", masks(5))
    table = pq.read_table(tmp_path / "masks.parquet")
    assert table.schema.types == [pa.int32(), pa.binary()] and table["frame"].to_pylist() == [0, 1, 2, 3, 4]
    for png, mask in zip(table["mask"].to_pylist(), masks(5), strict=True):
        picture = Image.open(io.BytesIO(png))
        assert picture.mode == "1"
        np.testing.assert_array_equal(np.asarray(picture), mask)


def test_the_same_masks_give_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_masks(tmp_path / name, masks(GROUP + 1))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_nothing_is_left_behind_if_the_masks_end_in_an_error(tmp_path):
    def broken():
        yield from masks(2)
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError, match="no more"):
        write_masks(tmp_path / "masks.parquet", broken())
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("index", [-1, 4])
def test_frames_that_are_not_there(tmp_path, index):
    write_masks(tmp_path / "masks.parquet", masks(4))
    with pytest.raises(IndexError, match="of 4"):
        MaskStore(tmp_path / "masks.parquet")[index]


def test_other_files_are_refused_in_one_sentence(tmp_path):
    with pytest.raises(UserError, match="masks.parquet is missing"):
        MaskStore(tmp_path / "masks.parquet")
    (tmp_path / "masks.parquet").write_text("no parquet")
    with pytest.raises(UserError, match="holds no masks"):
        MaskStore(tmp_path / "masks.parquet")
    pq.write_table(pa.table({"frame": [0]}), tmp_path / "masks.parquet")
    with pytest.raises(UserError, match="holds no masks"):
        MaskStore(tmp_path / "masks.parquet")
