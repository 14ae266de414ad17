from fractions import Fraction

import av
import numpy as np
import pytest

from pipeline.user.cli import UserError
from pipeline.video.encode import video_writer

PATTERN = ["-f", "lavfi", "-i", "testsrc2=size=64x64:rate=10:duration=8"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]


def write_video(path, frames, *options):
    with video_writer(path, *options) as write:
        for frame in frames:
            write(frame)


def moving(count=30, height=96, width=128):
    """A bright square on a soft background, moving 3 px a frame."""
    rows, columns = np.mgrid[:height, :width]
    ground = np.stack([60 + rows, 40 + columns, 120 - rows // 2], -1).astype(np.uint8)
    for i in range(count):
        frame = ground.copy()
        frame[30:60, 3 * i % 90 : 3 * i % 90 + 30] = (230, 120, 40)
        yield frame


def read(path):
    """(rate, times, frames with BT.709 colours as PyAV decodes them, the video stream's facts)."""
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        frames = list(file.decode(stream))
        pictures = [frame.to_ndarray(format="rgb24") for frame in frames]
        return stream.average_rate, [frame.time for frame in frames], pictures, frames[0]


def sound(path):
    """(samples of the first channel, sample rate, time of the first sample), or None without sound."""
    with av.open(str(path)) as file:
        if not file.streams.audio:
            return None
        frames = list(file.decode(audio=0))
        samples = np.concatenate([frame.to_ndarray()[0] for frame in frames])
        return samples, frames[0].sample_rate, frames[0].time


def psnr(a, b):
    return 10 * np.log10(255**2 / np.mean((a.astype(float) - b) ** 2))


@pytest.mark.parametrize("fps", [Fraction(25), Fraction(997, 40), Fraction(30000, 1001), Fraction(120)])
def test_every_frame_is_there_at_its_time(tmp_path, fps):
    path = tmp_path / "out" / "video.mp4"
    write_video(path, moving(), fps, 12)
    rate, times, frames, first = read(path)
    assert rate == fps
    np.testing.assert_allclose(times, np.arange(30) / float(fps), atol=1e-4)
    assert all(psnr(a, b) > 33 for a, b in zip(frames, moving(), strict=True))
    assert first.format.name == "yuv420p"
    assert list(path.parent.iterdir()) == [path]


def test_it_is_a_file_that_browsers_play(tmp_path):
    path = tmp_path / "video.mp4"
    write_video(path, moving(), Fraction(30), 18)
    content = path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    with av.open(str(path)) as file:
        stream = file.streams.video[0]
        assert stream.codec_context.name == "h264" and stream.codec_context.profile in ("High", "Main")
        assert file.duration == pytest.approx(1_000_000, abs=1000)


def test_flat_colours_come_back_and_are_tagged(tmp_path):
    colours = [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255], [0, 0, 0], [200, 150, 120]]
    frame = np.tile(np.repeat(np.array(colours, np.uint8), 16, axis=0), (64, 1, 1))
    write_video(tmp_path / "video.mp4", [frame] * 5, Fraction(30), 6)
    *_, first = read(tmp_path / "video.mp4")
    assert (first.colorspace, first.color_range, first.color_primaries, first.color_trc) == (1, 1, 1, 1)
    # Decoded by hand: BT.709, limited range.
    y, u, v = (np.frombuffer(bytes(p), np.uint8).reshape(-1, p.line_size).astype(float) for p in first.planes)
    y, u, v = (y[32, 8:96:16] - 16) / 219, (u[16, 4:48:8] - 128) / 224, (v[16, 4:48:8] - 128) / 224
    red, blue = y + 1.5748 * v, y + 1.8556 * u
    rgb = np.stack([red, (y - 0.2126 * red - 0.0722 * blue) / 0.7152, blue], -1) * 255
    assert np.abs(rgb - colours).max() <= 4


def test_chroma_lies_where_players_look_for_it(tmp_path):
    """H.264's default: a chroma sample sits on the left one of its two columns, between its two rows."""
    rows, columns = np.mgrid[:96, :128] + 0.5
    light = np.exp(-((columns - 60) ** 2 + (rows - 40) ** 2) / (2 * 8**2))
    frame = np.stack([60 + 150 * light, 60 + 0 * light, 60 + 0 * light], -1).astype(np.uint8)
    write_video(tmp_path / "video.mp4", [frame] * 3, Fraction(30), 0)
    *_, first = read(tmp_path / "video.mp4")
    red = np.frombuffer(bytes(first.planes[2]), np.uint8).reshape(48, -1)[:, :64].astype(float) - 128
    red = np.clip(red - 4, 0, None)
    assert (red.sum(0) * (2 * np.arange(64) + 0.5)).sum() / red.sum() == pytest.approx(60, abs=0.1)
    assert (red.sum(1) * (2 * np.arange(48) + 1.0)).sum() / red.sum() == pytest.approx(40, abs=0.1)


def test_odd_sizes_gain_a_repeated_column_and_row(tmp_path):
    frames = list(moving(5, 95, 127))
    write_video(tmp_path / "video.mp4", frames, Fraction(30), 6)
    _, _, out, _ = read(tmp_path / "video.mp4")
    assert out[0].shape == (96, 128, 3)
    assert psnr(out[0][:95, :127], frames[0]) > 33
    assert np.abs(out[0][95, :120].astype(int) - frames[0][94, :120]).mean() < 6


def test_the_same_frames_make_the_same_bytes_and_name_no_encoder(tmp_path, make):
    tone = make("tone.m4a", *TONE, "-c:a", "aac")
    for name in ("a.mp4", "b.mp4"):
        write_video(tmp_path / name, moving(), Fraction(30), 18, tone)
    content = (tmp_path / "a.mp4").read_bytes()
    assert content == (tmp_path / "b.mp4").read_bytes()
    assert not [word for word in (b"x264", b"Lavf", b"Lavc", b"lavf") if word in content]


@pytest.mark.parametrize("start", [0.0, 0.5, 0.75])
def test_sound_starts_where_asked_and_ends_with_the_pictures(tmp_path, make, start):
    """Silence with a tone from 1 s to 1.2 s: it must be heard at 1 - start."""
    tone = ["-f", "lavfi", "-i", "aevalsrc='sin(880*PI*t)*between(t,1,1.2)':d=8:s=44100"]
    beep = make("beep.mp4", *tone, *PATTERN, "-c:v", "libx264", "-c:a", "aac")
    write_video(tmp_path / "video.mp4", moving(60), Fraction(30), 30, beep, start)
    samples, rate, first = sound(tmp_path / "video.mp4")
    loud = np.flatnonzero(np.abs(samples) > 0.3) / rate + first
    assert loud[0] == pytest.approx(1 - start, abs=0.03) and loud[-1] == pytest.approx(1.2 - start, abs=0.03)
    assert first + len(samples) / rate == pytest.approx(2, abs=0.05)
    assert len(read(tmp_path / "video.mp4")[1]) == 60


def test_sound_that_begins_late_stays_late(tmp_path, make):
    tone = ["-f", "lavfi", "-i", "aevalsrc='sin(880*PI*t)*between(t,0.4,0.6)':d=2:s=44100"]
    late = make("late.mkv", *PATTERN, "-itsoffset", "0.6", *tone, "-c:v", "libx264", "-c:a", "pcm_s16le")
    write_video(tmp_path / "video.mp4", moving(60), Fraction(30), 30, late)
    samples, rate, first = sound(tmp_path / "video.mp4")
    assert first == pytest.approx(0, abs=0.05)  # silence goes before it, for players that ignore a late start
    loud = np.flatnonzero(np.abs(samples) > 0.3) / rate + first
    assert loud[0] == pytest.approx(1.0, abs=0.03)


def test_short_sound_does_not_shorten_the_pictures(tmp_path, make):
    tone = make("tone.wav", "-f", "lavfi", "-i", "sine=duration=0.4")
    write_video(tmp_path / "video.mp4", moving(60), Fraction(30), 30, tone)
    assert len(read(tmp_path / "video.mp4")[1]) == 60
    assert sound(tmp_path / "video.mp4") is not None


def test_a_silent_file_gives_a_silent_video(tmp_path, make):
    silent = make.pattern("silent.mp4")
    write_video(tmp_path / "video.mp4", moving(10), Fraction(30), 30, silent)
    assert len(read(tmp_path / "video.mp4")[1]) == 10 and sound(tmp_path / "video.mp4") is None


def test_a_quality_of_18_is_good_and_worse_ones_are_smaller(tmp_path):
    sizes = []
    for crf in (10, 18, 35):
        path = tmp_path / f"{crf}.mp4"
        write_video(path, moving(), Fraction(30), crf)
        sizes.append(path.stat().st_size)
    assert sizes == sorted(sizes, reverse=True)
    assert min(psnr(a, b) for a, b in zip(read(tmp_path / "18.mp4")[2], moving(), strict=True)) > 30


def test_no_frames_are_refused(tmp_path):
    with pytest.raises(UserError, match="video.mp4 cannot be written: there are no frames"):
        write_video(tmp_path / "video.mp4", [], Fraction(30), 18)
    assert list(tmp_path.iterdir()) == []


def test_ffmpegs_own_failure_is_reported_and_nothing_is_left(tmp_path):
    text = tmp_path / "text.mp4"
    text.write_text("no sound here")
    with pytest.raises(UserError, match="video.mp4 could not be written: ffmpeg says: .+"):
        write_video(tmp_path / "video.mp4", moving(5), Fraction(30), 18, text)
    with pytest.raises(UserError, match="could not be written: ffmpeg says: .+"):
        write_video(tmp_path / "video.mp4", moving(500), Fraction(-1), 18)
    assert list(tmp_path.iterdir()) == [text]


def test_a_failure_of_the_frames_leaves_nothing(tmp_path):
    def broken():
        yield from moving(5)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        write_video(tmp_path / "video.mp4", broken(), Fraction(30), 18)
    assert list(tmp_path.iterdir()) == []
