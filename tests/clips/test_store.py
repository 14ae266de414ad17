import io
import multiprocessing
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.user.cli import UserError


def pictures(count=40, height=48, width=64):
    """Soft random pictures, each with its own number as brightness of the first rows."""
    random = np.random.default_rng(0)
    for i in range(count):
        small = random.integers(0, 256, (4, 5, 3)).astype(np.uint8)
        picture = np.asarray(Image.fromarray(small).resize((width, height), Image.BICUBIC)).copy()
        picture[:8] = 2 * i
        yield picture


def write(path, frames, fps=Fraction(30), shots=None, source_times=None):
    frames = list(frames)
    shots = shots if shots is not None else [0] * len(frames)
    times = source_times if source_times is not None else [float(i / fps) for i in range(len(frames))]
    stored = [StoredFrame(*one) for one in zip(frames, shots, times, strict=True)]
    write_frames(path, stored, frames[0].shape[1], frames[0].shape[0], fps)
    return FrameStore(path)


@pytest.fixture
def store(tmp_path):
    return write(tmp_path / "clip.parquet", pictures(), Fraction(997, 40))


def test_what_goes_in_comes_out(store):
    assert (len(store), store.width, store.height, store.fps) == (40, 64, 48, Fraction(997, 40))
    assert store.times.dtype == np.float64 and store.shots.dtype == np.int32
    np.testing.assert_allclose(store.times, np.arange(40) * 40 / 997, rtol=0, atol=1e-12)
    for i, picture in enumerate(pictures()):
        read = store.read(i)
        assert read.shape == (48, 64, 3) and read.dtype == np.uint8
        assert np.sqrt(np.mean((read.astype(float) - picture) ** 2)) < 2


def test_any_order_gives_the_same_frames(store):
    in_order = list(store)
    for i in np.random.default_rng(1).permutation(len(store)):
        np.testing.assert_array_equal(store.read(i), in_order[i])


def test_indices_outside_are_refused(store):
    for index in (-1, 40):
        with pytest.raises(IndexError):
            store.read(index)


def test_colour_is_kept_at_full_resolution(tmp_path):
    """Red and blue stripes of one pixel would be purple if chroma were halved."""
    stripes = np.zeros((32, 32, 3), np.uint8)
    stripes[:, ::2, 0] = stripes[:, 1::2, 2] = 200
    read = write(tmp_path / "stripes.parquet", [stripes, stripes]).read(0).astype(int)
    assert read[:, ::2, 0].min() > 150 and read[:, ::2, 2].max() < 50
    assert read[:, 1::2, 2].min() > 150 and read[:, 1::2, 0].max() < 50


def test_the_file_is_what_the_contract_says(store):
    file = pq.ParquetFile(store.path)
    assert file.schema_arrow.names == ["frame", "time", "shot", "source_time", "jpeg"]
    assert [str(t) for t in file.schema_arrow.types] == ["int32", "double", "int32", "double", "binary"]
    assert file.read(["frame"])["frame"].to_pylist() == list(range(40))
    groups = [file.metadata.row_group(i) for i in range(file.num_row_groups)]
    assert max(group.num_rows for group in groups) <= 16
    assert {group.column(4).compression for group in groups} == {"UNCOMPRESSED"}
    jpeg = Image.open(io.BytesIO(file.read_row_group(0, ["jpeg"])["jpeg"][0].as_py()))
    assert jpeg.format == "JPEG" and jpeg.size == (64, 48)
    assert {(horizontal, vertical) for _, horizontal, vertical, _ in jpeg.layer} == {(1, 1)}  # 4:4:4


def test_the_same_frames_make_the_same_bytes(tmp_path):
    first = write(tmp_path / "a.parquet", pictures()).path.read_bytes()
    assert write(tmp_path / "b.parquet", pictures()).path.read_bytes() == first


def test_the_digest_follows_everything_that_the_store_holds(tmp_path):
    def digest(**changes):
        return write(tmp_path / "clip.parquet", **{"frames": pictures(20), "fps": Fraction(30), **changes}).sha256

    times = [i / 30 for i in range(20)]
    first = digest()
    assert len(first) == 64 and digest(source_times=times) == first
    brighter = [picture + (i == 19) * np.uint8(40) for i, picture in enumerate(pictures(20))]
    others = [digest(frames=brighter), digest(shots=[0] * 19 + [1]), digest(source_times=[*times[:19], 1.0]),
              digest(fps=Fraction(25), source_times=times), digest(frames=pictures(19))]
    assert len({first, *others}) == 6


def test_pairs_leave_out_cuts_repetitions_and_gaps(tmp_path):
    fps = Fraction(30)
    steps = {7: 0.0, 12: 2.0, 20: 3.0}  # frame: its distance from the one before, in frames; else 1
    source_times = np.cumsum([0.0] + [steps.get(i, 1.0) for i in range(1, 40)]) / 30
    shots = [0] * 25 + [1] * 15
    store = write(tmp_path / "clip.parquet", pictures(), fps, shots, source_times)
    assert store.pairs().dtype == np.int64
    assert store.pairs().tolist() == [t for t in range(1, 40) if t not in (7, 12, 20, 25)]


def test_pairs_put_up_with_rounded_and_jittering_times(tmp_path):
    jitter = np.random.default_rng(0).uniform(-0.2, 0.2, 40)
    times = (np.arange(40) + jitter) / 25
    store = write(tmp_path / "a.parquet", pictures(), Fraction(25), None, np.round(times, 3))
    assert len(store.pairs()) == 39


def read_sum(store, index):
    return int(store.read(index).sum())


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_other_processes_may_read_too(store, method):
    expected = [read_sum(store, i) for i in range(0, 40, 3)]
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.starmap(read_sum, [(store, i) for i in range(0, 40, 3)]) == expected
    assert read_sum(store, 0) == expected[0]


def test_a_failure_on_the_way_leaves_nothing(tmp_path):
    def broken():
        for picture in pictures(20):
            yield StoredFrame(picture, 0, 0.0)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_frames(tmp_path / "clip.parquet", broken(), 64, 48, Fraction(30))
    assert list(tmp_path.iterdir()) == []


def test_frames_are_written_as_they_come(tmp_path):
    """Memory stays flat: when the 100th frame is asked for, the first ones are on the disk and gone."""
    alive = []

    class Tracked(np.ndarray):
        def __del__(self):
            alive.pop()

    def frames():
        for i, picture in enumerate(pictures(100)):
            alive.append(i)
            assert len(alive) <= 20
            yield StoredFrame(picture.view(Tracked), 0, i / 30)

    write_frames(tmp_path / "clip.parquet", frames(), 64, 48, Fraction(30))


def test_missing_and_foreign_files_are_refused(tmp_path):
    with pytest.raises(UserError, match="gone.parquet is missing.*dvc repro"):
        FrameStore(tmp_path / "gone.parquet")
    text, foreign, empty = (tmp_path / name for name in ("text.parquet", "foreign.parquet", "empty.parquet"))
    text.write_text("no table")
    pq.write_table(pa.table({"frame": [1, 2]}), foreign)
    empty.write_bytes(b"")
    for path in (text, foreign, empty):
        with pytest.raises(UserError, match=f"{path.name} is no frame store"):
            FrameStore(path)


def test_a_cut_store_is_refused(store, tmp_path):
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(store.path.read_bytes()[:-500])
    with pytest.raises(UserError, match="is no frame store"):
        FrameStore(cut)
