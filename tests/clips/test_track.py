"""Pose files: round trip, bytes, layout, clear words for foreign files."""

from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.clips.track import GROUP, PoseTrack, open_track, read_track, write_track
from pipeline.user.cli import UserError


@pytest.fixture
def track():
    joints = np.random.default_rng(0).uniform(0, 500, (7, 137, 3)).astype(np.float32)
    return PoseTrack(joints, np.arange(7) / 24.925, Fraction(997, 40), 288, 512, "detector 1.0")


def test_round_trip(tmp_path, track):
    write_track(tmp_path / "a.parquet", track)
    back = read_track(tmp_path / "a.parquet")
    np.testing.assert_array_equal(back.joints, track.joints)
    np.testing.assert_array_equal(back.times, track.times)
    assert (back.fps, back.width, back.height, back.detector) == (Fraction(997, 40), 288, 512, "detector 1.0")


@pytest.mark.parametrize("group", [GROUP, 700, 10_000])
def test_an_opened_tracks_joints_are_read_when_asked_in_row_groups_of_any_size(tmp_path, group):
    joints = np.random.default_rng(0).uniform(0, 500, (2 * GROUP + 100, 137, 3)).astype(np.float32)
    write_track(tmp_path / "a.parquet", PoseTrack(joints, np.arange(len(joints)) / 25, Fraction(25), 288, 512, "d"))
    pq.write_table(pq.read_table(tmp_path / "a.parquet"), tmp_path / "b.parquet", row_group_size=group)
    track = open_track(tmp_path / "b.parquet")
    assert len(track) == len(joints)
    for start, end in ((0, 10), (GROUP - 1, GROUP + 1), (600, 2 * GROUP + 50), (2 * GROUP, 9 * GROUP), (5, 5)):
        np.testing.assert_array_equal(track.joints[start:end], joints[start:end])
    np.testing.assert_array_equal(read_track(tmp_path / "b.parquet").joints, joints)
    assert pq.ParquetFile(tmp_path / "a.parquet").metadata.row_group(0).num_rows == GROUP


def test_same_track_same_bytes(tmp_path, track):
    for name in "ab":
        write_track(tmp_path / f"{name}.parquet", track)
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


def test_schema_is_the_documented_one(tmp_path, track):
    write_track(tmp_path / "a.parquet", track)
    table = pq.read_table(tmp_path / "a.parquet")
    assert table.column_names == ["frame", "time", "body", "face", "left_hand", "right_hand"]
    sizes = [table.schema.field(part).type.list_size for part in table.column_names[2:]]
    assert sizes == [25 * 3, 70 * 3, 21 * 3, 21 * 3]
    assert table["right_hand"][3].as_py()[:3] == pytest.approx(track.joints[3, 116].tolist())


def test_missing_and_foreign_files_are_one_clear_sentence(tmp_path):
    with pytest.raises(UserError, match="a.parquet is missing"):
        read_track(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_text("hello")
    with pytest.raises(UserError, match="not a pose file"):
        read_track(tmp_path / "a.parquet")
    pq.write_table(pa.table({"x": [1]}), tmp_path / "b.parquet")
    with pytest.raises(UserError, match="layout None"):
        read_track(tmp_path / "b.parquet")
    truncated = pa.table({"frame": [1]}).replace_schema_metadata({"layout": "BODY_25+FACE_70+HAND_21x2"})
    pq.write_table(truncated, tmp_path / "c.parquet")
    with pytest.raises(UserError, match="not a pose file of this project .it has no body, face"):
        read_track(tmp_path / "c.parquet")
