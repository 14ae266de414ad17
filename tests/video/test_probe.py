import subprocess
from fractions import Fraction

import av
import imageio_ffmpeg
import numpy as np
import pytest

from pipeline.user.cli import UserError
from pipeline.video.probe import average_rate, probe, steady_rate

PATTERN = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=30:duration=2"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
INTERLACED = ["-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct"]
FORMATS = ["end.mp4", "faststart.mp4", "fragmented.mp4", "a.mov", "a.mkv", "a.avi", "a.ts", "a.flv"]


def with_sound(make, name):
    flags = {"faststart.mp4": "+faststart", "fragmented.mp4": "frag_keyframe+empty_moov"}
    layout = ["-movflags", flags[name]] if name in flags else []
    codec = ["-c:v", "mpeg4"] if name.endswith("avi") else H264
    return make(name, *PATTERN, *TONE, *codec, "-g", "15", *layout)


def test_an_ordinary_video(make):
    video = probe(make.pattern())
    assert (video.width, video.height, video.rate) == (128, 96, 30)
    assert (video.start, video.frames, video.duration) == (0, 60, 2)
    assert not video.has_audio and not video.is_hdr


def test_sound_is_noticed(make):
    assert probe(with_sound(make, "sound.mp4")).has_audio


@pytest.mark.parametrize("rate", ["997/40", "24000/1001", "30000/1001", "25", "120", "7"])
@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_the_rate_is_exact_even_where_times_are_rounded_to_milliseconds(make, rate, name):
    path = make(name, "-f", "lavfi", "-i", f"testsrc2=size=64x64:rate={rate}:duration=3", *H264)
    found = probe(path).rate
    if name == "a.mkv" and rate == "997/40":  # milliseconds are too coarse for an unusual rate
        assert abs(found - Fraction(rate)) < Fraction(1, 100)
    else:
        assert found == Fraction(rate)


def test_the_average_of_a_variable_rate():
    assert average_rate(Fraction(0), Fraction(10), 251, Fraction(1, 90000)) == 25
    assert average_rate(Fraction(1), Fraction(4), 100, Fraction(1, 90000)) == 33
    assert average_rate(Fraction(0), Fraction(1, 25), 2, Fraction(1, 25)) == 25
    assert average_rate(Fraction(0), Fraction(7), 51, Fraction(1, 90000)) == Fraction(50, 7)


def test_where_pictures_are_missing_the_rate_is_that_of_the_others(make):
    """As of a phone whose rate drops in the dark, and of a clip trimmed behind its first picture."""
    slower = "select=lt(n\\,30)+not(mod(n\\,3))"
    trimmed = "select=eq(n\\,0)+gt(n\\,12)"
    for choice, frames, duration in ((slower, 40, 58 / 30), (trimmed, 48, 2)):
        path = make(f"{frames}.mp4", *PATTERN, "-vf", choice, "-fps_mode", "vfr", *H264)
        video = probe(path)
        assert (video.rate, video.frames) == (30, frames)
        assert float(video.duration) == pytest.approx(duration)


def test_a_rate_that_trembles_is_the_average():
    """Phones' pictures come a little early or late."""
    tremor = np.random.default_rng(0).integers(-300, 300, 301)
    times = [Fraction(int(3000 * number + off), 90000) for number, off in enumerate(tremor)]
    rate, duration = steady_rate(times, Fraction(1, 90000))
    assert abs(float(rate) - 30) < 0.05 and duration == 301 / rate


def test_pictures_that_are_never_shown_do_not_count(make, reference):
    """VP8 keeps pictures to copy from in packets of their own, with the time of the next."""
    two_passes = ["-c:v", "libvpx", "-auto-alt-ref", "1", "-lag-in-frames", "25", "-b:v", "300k",
                  "-passlogfile", make.folder / "log"]
    make("first.webm", *PATTERN, *two_passes, "-pass", "1")
    path = make("second.webm", *PATTERN, *two_passes, "-pass", "2")
    with av.open(str(path)) as file:
        packets = sum(packet.size > 0 for packet in file.demux(video=0))
    video = probe(path)
    assert video.frames == len(reference(path)[0]) == 60 < packets
    assert (video.rate, video.duration) == (30, 2)


def test_of_several_tracks_the_largest_is_meant(make):
    small = ["-f", "lavfi", "-i", "testsrc2=size=64x48:rate=5:duration=2"]
    path = make("tracks.mp4", *small, *PATTERN, *TONE, "-map", "0", "-map", "1", "-map", "2", *H264)
    video = probe(path)
    assert (video.track, video.tracks, video.width, video.height, video.frames) == (1, 2, 128, 96, 60)
    assert (probe(make.pattern()).track, probe(make.pattern()).tracks) == (0, 1)


def test_interlaced_pictures_are_known(make):
    assert probe(make.pattern("fields.mp4", *INTERLACED)).interlaced
    assert not probe(make.pattern()).interlaced


@pytest.mark.parametrize("degrees, shown", [(90, (96, 128)), (180, (128, 96)), (270, (96, 128))])
def test_rotated_videos_have_the_size_they_are_shown_in(make, degrees, shown):
    flat = make.pattern()
    video = probe(make("rotated.mp4", "-display_rotation", degrees, "-i", flat, "-c", "copy"))
    assert (video.width, video.height) == shown


@pytest.mark.parametrize(
    ("degrees", "tilted"), [(0, False), (90, False), (180, False), (-90, False), (10, True), (45.5, True)]
)
def test_a_rotation_that_is_no_quarter_turn_is_known(make, degrees, tilted):
    video = probe(make("rotated.mp4", "-display_rotation", degrees, "-i", make.pattern(), "-c", "copy"))
    assert video.is_tilted == tilted
    assert (video.rotation - degrees) % 360 == pytest.approx(0, abs=0.01)


def test_pixels_that_are_not_square(make):
    wide = make("wide.mp4", *PATTERN, "-vf", "setsar=4/3", *H264)
    turned = make("turned.mp4", "-display_rotation", 90, "-i", wide, "-c", "copy")
    assert (probe(wide).width, probe(wide).height) == (171, 96)  # 128 * 4/3
    assert (probe(turned).width, probe(turned).height) == (72, 128)  # 96 * 3/4


def test_times_count_from_the_files_start(make):
    late = make("late.mp4", *TONE, "-itsoffset", "0.5", *PATTERN, "-map", "0", "-map", "1", *H264)
    assert abs(float(probe(late).start) - 0.5) < 0.03
    stream = make.pattern("a.ts")  # MPEG-TS starts at 1.4 s
    assert probe(stream).start == 0


def test_what_an_edit_list_hides_does_not_count(make, reference):
    whole = make("whole.mp4", *PATTERN, *TONE, *H264)
    part = make("part.mp4", "-ss", "0.7", "-i", whole, "-c", "copy")
    with av.open(str(part)) as file:
        assert sum(1 for packet in file.demux(video=0) if packet.pts is not None) == 60  # all still there
    times, _ = reference(part)
    video = probe(part)
    assert float(video.start) == pytest.approx(times[0], abs=1e-6)
    assert video.frames == len(times) < 60


def test_colours_are_read(make):
    tags = "setparams=colorspace=bt709:color_primaries=bt709:color_trc=bt709"
    video = probe(make.pattern("tagged.mkv", "-vf", tags))
    assert (video.matrix, video.transfer) == ("bt709", "bt709")
    assert probe(make.pattern("untagged.mkv")).matrix == "unknown"
    assert probe(make("pq.mkv", *PATTERN, "-vf", "setparams=color_trc=smpte2084", "-c:v", "ffv1")).is_hdr


@pytest.mark.parametrize("name", FORMATS)
def test_whole_files_pass_and_cut_ones_do_not(make, name):
    path = with_sound(make, name)
    assert probe(path).duration > 1.9
    whole = path.read_bytes()
    if name == "a.ts":
        return  # a transport stream states no length: the first part of one is a whole one
    for share in (0.9, 0.6, 0.3):
        path.write_bytes(whole[: int(share * len(whole))])
        with pytest.raises(UserError, match="cut short or damaged|not a video"):
            probe(path)


def test_a_faststart_file_cut_between_two_packets(make):
    path = with_sound(make, "faststart.mp4")
    with av.open(str(path)) as file:
        starts = sorted(packet.pos for packet in file.demux() if packet.pos is not None and packet.pos > 0)
    whole = path.read_bytes()
    for at in (len(starts) // 4, len(starts) // 2):
        path.write_bytes(whole[: starts[at]])
        with pytest.raises(UserError, match="cut short or damaged"):
            probe(path)


def test_healthy_files_that_look_odd_pass(make):
    cover = make("cover.png", *PATTERN, "-frames:v", "1")
    long_sound = ["-f", "lavfi", "-i", "sine=duration=9"]
    sounds_on = make("sounds_on.mp4", *PATTERN, *long_sound, *H264)
    silent_end = make("silent_end.mp4", *PATTERN, "-f", "lavfi", "-i", "sine=duration=0.3", *H264)
    pictured = make("pictured.mp4", "-i", cover, "-i", sounds_on, "-map", "1", "-map", "0", "-c", "copy",
                    "-disposition:v:1", "attached_pic")
    timed = make("timed.mov", *PATTERN, *H264, "-timecode", "01:00:00:00")
    texts = make.folder / "texts.srt"
    texts.write_text("1\n00:00:00,000 --> 00:00:08,000\nlonger than the pictures\n")
    subtitled = make("subtitled.mkv", *PATTERN, "-i", texts, *H264)
    junk = make.pattern("junk.mp4")
    junk.write_bytes(junk.read_bytes() + b"\0\0\0\x0cfreeabcd")
    for path in (sounds_on, silent_end, pictured, timed, subtitled, junk):
        video = probe(path)
        assert (video.width, video.height, video.frames, video.rate) == (128, 96, 60, 30), path


def test_a_missing_file_is_told_apart_and_queues_are_mentioned(tmp_path):
    with pytest.raises(UserError, match="gone.mp4 is missing.*--temp.*committed to git.*dvc add"):
        probe(tmp_path / "gone.mp4")


def test_what_is_no_video(make, tmp_path):
    empty, text, noise = tmp_path / "empty.mp4", tmp_path / "text.mp4", tmp_path / "noise.mp4"
    empty.write_bytes(b"")
    text.write_text("This is a letter.\nIt has two lines.\n")
    noise.write_bytes(np.random.default_rng(0).bytes(50_000))
    cases = {
        empty: "is empty",
        text: "is not a video that ffmpeg can read",
        noise: "is not a video that ffmpeg can read",
        make("sound.mp4", *TONE, "-c:a", "aac"): "has no pictures",
        make("single.mp4", *PATTERN, *H264, "-frames:v", "1"): "has 1 picture",
        make("photo.png", *PATTERN, "-frames:v", "1").rename(tmp_path / "photo.mp4"): "has 1 picture",
        tmp_path: "is missing",
    }
    for path, message in cases.items():
        with pytest.raises(UserError, match=message) as error:
            probe(path)
        assert str(path) in str(error.value) and "\n" not in str(error.value)


PLAYLISTS = {
    "playlist.m3u8": "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nsecret.ts\n#EXT-X-ENDLIST\n",
    "playlist.mp4": "ffconcat version 1.0\nfile secret.ts\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
def test_a_playlist_reaches_no_other_file(make, tmp_path, name):
    make.pattern("secret.ts")
    playlist = tmp_path / name
    playlist.write_text(PLAYLISTS[name])
    unconfined = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-i", str(playlist), "-f", "null", "-"]
    assert subprocess.run(unconfined, stdin=subprocess.DEVNULL).returncode == 0  # it would have been reached
    with pytest.raises(UserError, match="is not a video"):
        probe(playlist)
