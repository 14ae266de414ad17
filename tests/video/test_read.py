"""Pictures and times against PyAV, and against pictures whose truth the test knows."""

from pathlib import Path

import numpy as np
import pytest

from pipeline.user.cli import UserError
from pipeline.video.fit import fit_height, fit_into
from pipeline.video.probe import excerpt, probe
from pipeline.video.read import read_pictures

# Grey, since readers differ in how they interpolate halved chroma; colours have tests of their own.
PATTERN = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=30:duration=2,hue=s=0"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
H265 = ["-c:v", "libx265", "-x265-params", "log-level=error"]
COLOURS = np.array([[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 0], [255, 255, 255], [16, 16, 16],
                    [200, 150, 120], [90, 140, 60]], np.uint8)


def unscaled(path: Path):
    video = probe(path)
    return list(read_pictures(video, fit_into(video.width, video.height, video.width, video.height, "pad")))


def difference(a, b):
    """Root mean square, in grey levels."""
    return np.sqrt(np.mean((a.astype(float) - b) ** 2))


def patches(width=256, height=64, frames=3):
    """The eight COLOURS side by side, (frames, height, width, 3)."""
    return np.tile(np.repeat(COLOURS, width // 8, axis=0), (frames, height, 1, 1))


def patch_colours(picture):
    """The middle colours of the eight patches."""
    height, width = picture.shape[:2]
    return picture[height // 2, width // 16 :: width // 8].astype(int)


def with_matrix(path: Path, matrix: bytes) -> Path:
    """The MP4 with another display matrix, nine big-endian numbers of 32 bits."""
    content = bytearray(path.read_bytes())
    begin = content.find(b"tkhd") + 4 + 36
    content[begin : begin + 36] = matrix
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(("start", "end"), [(0.5, 1.2), (None, 0.7), (1.31, None), (0.0, 9.0)])
def test_an_excerpt_is_that_part_of_the_whole(make, start, end):
    path = make.pattern("long.mp4", "-g", "20", "-bf", "2")
    whole = unscaled(path)
    video = excerpt(probe(path), start, end)
    part = list(read_pictures(video, fit_into(video.width, video.height, video.width, video.height, "pad")))
    expected = [(time, picture) for time, picture in whole if (start or 0) - 1e-6 <= time < (end or 9) - 1e-6]
    assert [float(time) for time, _ in part] == pytest.approx([float(time) for time, _ in expected], abs=1e-3)
    assert all((a == b).all() for (_, a), (_, b) in zip(part, expected, strict=True))
    assert abs(video.duration * 30 - len(expected)) <= 1


def test_an_excerpt_of_nothing_is_told(make):
    with pytest.raises(UserError, match="lasts from 0 to 2 s: start and end in params.yaml leave less than 2 pictures"):
        excerpt(probe(make.pattern()), 5.0, None)


def test_combs_of_interlaced_pictures_are_gone(make):
    """A bright block that moves sideways by 4 px a field; what stands still keeps its rows."""
    fields = np.full((40, 96, 192, 3), 40, np.uint8)
    fields[:, 4:20:2, 150:180] = 200  # a fine grid that stands still
    for number, field in enumerate(fields):
        field[40:80, 4 + 4 * number : 24 + 4 * number] = 200
    weave = ["-vf", "tinterlace=interleave_top,fieldorder=tff", "-flags", "+ilme+ildct"]
    video = make.lossless("fields.mkv", fields, "30", "-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p", *weave)
    combed = unscaled(make("combed.mkv", "-i", video, "-vf", "setfield=prog", "-c:v", "libx264", "-qp", "0"))
    found = unscaled(video)
    assert [time for time, _ in found] == [time for time, _ in combed] and len(found) == 20

    def combs(picture):
        rows = picture[44:76].astype(int)
        return np.abs(rows[1:-1] * 2 - rows[:-2] - rows[2:]).mean()

    for (_, plain), (_, raw) in list(zip(found, combed, strict=True))[2:-2]:
        assert combs(plain) < combs(raw) / 5
        assert np.abs(plain[4:20:2, 155:175].astype(int) - plain[5:20:2, 155:175]).mean() > 100


def test_pictures_are_turned_by_any_angle_that_the_file_asks_for(make):
    """A bright bar along the middle, turned by 30 degrees counter-clockwise: its direction is measured."""
    picture = np.full((1, 128, 128, 3), 20, np.uint8)
    picture[:, 60:68, 24:104] = 230
    flat = make.lossless("bar.mp4", np.repeat(picture, 20, axis=0), "30", *H264)
    turned = unscaled(make("turned.mp4", "-display_rotation", 30, "-i", flat, "-c", "copy"))
    assert [time for time, _ in turned] == [time for time, _ in unscaled(flat)]
    y, x = np.nonzero(turned[10][1][..., 0] > 150)
    (_, vy, vx), *_ = np.linalg.svd(np.cov(np.stack([np.zeros(len(y)), y, x])))[0].T
    assert np.degrees(np.arctan2(-vy * np.sign(vx), abs(vx))) == pytest.approx(30, abs=1)


@pytest.mark.parametrize(
    "matrix", [b"\0\1\2\3" * 9, b"\xff" * 36, b"\0" * 36, b"\0\0\0\1" * 9, b"\x7f\xff\xff\xff" * 9]
)
def test_a_matrix_that_means_nothing_is_read_all_the_same(make, matrix):
    pictures = unscaled(with_matrix(make.pattern(), matrix))
    assert len(pictures) == 60


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("plain.mp4", [*PATTERN, *H264]),
        ("b_frames.mp4", [*PATTERN, "-c:v", "libx264", "-bf", "3", "-pix_fmt", "yuv420p"]),
        ("odd_rate.mp4", ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=997/40:duration=2,hue=s=0", *H264]),
        ("variable.mp4", [*PATTERN, "-vf", "setpts='PTS+0.3*mod(N,7)/30/TB'", "-fps_mode", "vfr", *H264]),
        ("dropped.mkv", [*PATTERN, "-vf", "select='not(between(n,20,23))'", "-fps_mode", "vfr", *H264]),
        ("offset.ts", [*PATTERN, *H264]),
        ("late.mp4", [*TONE, "-itsoffset", "0.5", *PATTERN, "-map", "0", "-map", "1", *H264]),
        ("no_display_times.avi", [*PATTERN, "-c:v", "mpeg4", "-q:v", "2", "-bf", "2"]),
        ("portrait.mp4", ["-f", "lavfi", "-i", "testsrc2=size=66x118:rate=24:duration=1,hue=s=0", *H264]),
        ("ten_bit.mp4", [*PATTERN, *H265, "-pix_fmt", "yuv420p10le"]),
        ("odd_size.mkv", [*PATTERN, "-vf", "format=yuv444p,crop=111:95", "-c:v", "ffv1"]),
        ("motion_jpeg.avi", [*PATTERN, "-c:v", "mjpeg", "-q:v", "2", "-pix_fmt", "yuvj422p"]),
    ],
)
def test_times_and_pictures_agree_with_pyav(make, reference, name, arguments):
    path = make(name, *arguments)
    times, frames = reference(path)
    ours = unscaled(path)
    assert len(ours) == len(frames)
    np.testing.assert_allclose([float(time) for time, _ in ours], times, atol=2e-6)
    for (_, picture), frame, following in zip(ours, frames, frames[1:], strict=False):
        assert picture.shape == frame.shape and picture.dtype == np.uint8
        assert difference(picture, frame) < 2 < difference(picture, following)


@pytest.mark.parametrize("matrix", ["bt709", "smpte170m"])
@pytest.mark.parametrize("levels", ["tv", "pc"])
@pytest.mark.parametrize("pixels", ["yuv444p", "yuv420p", "yuv444p10"])
def test_tagged_colours_come_back(make, matrix, levels, pixels):
    convert = f"scale=out_color_matrix={matrix}:out_range={levels}:flags=accurate_rnd,format={pixels}"
    path = make.lossless("colours.mkv", patches(), "30", "-vf", convert, "-c:v", "ffv1")
    for _, picture in unscaled(path):
        assert np.abs(patch_colours(picture) - COLOURS).max() <= (3 if levels == "tv" else 2)


@pytest.mark.parametrize("place", ["left", "center", "topleft"])
@pytest.mark.parametrize("pixels", ["yuv420p", "yuv422p"])
def test_colour_and_brightness_stay_together(make, place, pixels):
    """The dot's colour has half the resolution, sampled where the file says: no channel may shift."""
    frames = (dot(128, 96, 60, 40) * np.array([1.0, 0.45, 0.7])).astype(np.uint8)
    convert = f"format=gbrp,zscale=min=gbr:rin=full:m=170m:r=limited:c={place}:filter=bicubic,format={pixels}"
    path = make.lossless("dot.mkv", frames, "30", "-vf", convert, "-c:v", "ffv1")
    _, picture = unscaled(path)[0]
    for channel in range(3):
        light = np.clip(picture[..., channel].astype(float) - frames[0, ..., channel].min() - 5, 0, None)
        rows, columns = np.mgrid[:96, :128] + 0.5
        assert abs((light * columns).sum() / light.sum() - 60) < 0.1
        assert abs((light * rows).sum() / light.sum() - 40) < 0.1


@pytest.mark.parametrize(
    "size, matrix", [((256, 64), "smpte170m"), ((1280, 64), "bt709"), ((256, 720), "bt709")]
)
def test_untagged_colours_are_those_usual_for_the_size(make, size, matrix):
    convert = f"scale=out_color_matrix={matrix}:out_range=tv:flags=accurate_rnd,format=yuv444p"
    untag = "setparams=colorspace=unknown:range=unknown"
    path = make.lossless("colours.mkv", patches(*size), "30", "-vf", f"{convert},{untag}", "-c:v", "ffv1")
    assert probe(path).matrix == "unknown"
    assert np.abs(patch_colours(unscaled(path)[0][1]) - COLOURS).max() <= 3


@pytest.mark.parametrize("curve", ["smpte2084", "arib-std-b67"])
def test_hdr_is_tone_mapped(make, curve):
    """Colours of ordinary brightness survive the way to HDR and back; highlights only lose brightness."""
    hdr = ("format=gbrpf32le,zscale=tin=709:pin=709:min=gbr:rin=full:t=linear:npl=203:p=2020,"
           f"zscale=t={curve}:m=2020_ncl:p=2020:r=limited:npl=203,format=yuv444p10le")
    path = make.lossless("hdr.mkv", patches(), "30", "-vf", hdr, "-c:v", "ffv1")
    assert probe(path).is_hdr
    found = patch_colours(unscaled(path)[0][1])
    assert np.abs(found[5:] - COLOURS[5:]).max() <= 12  # near-black, skin, leaves
    assert found[4].min() > 225 and np.ptp(found[4]) <= 3  # white stays white and bright
    for i, main in enumerate([0, 1, 2]):  # pure red, green and blue keep their hue
        assert found[i].argmax() == main and found[i][main] > 190 and np.delete(found[i], main).max() < 90


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_rotated_videos_stand_upright(make, reference, degrees):
    flat = make("flat.mp4", *PATTERN, *H264)
    turned = make("turned.mp4", "-display_rotation", degrees, "-i", flat, "-c", "copy")
    _, frames = reference(flat)
    for (_, picture), frame in zip(unscaled(turned), frames, strict=True):
        assert difference(picture, np.rot90(frame, degrees // 90)) < 1.5


def dot(width, height, x, y, frames=2):
    """A soft white dot at (x, y), corner-based px, on grey: (frames, height, width, 3)."""
    rows, columns = np.mgrid[:height, :width] + 0.5
    picture = 60 + 180 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * 8**2))
    return np.repeat(np.repeat(picture[None, ..., None], frames, 0), 3, 3).astype(np.uint8)


def centre_of_dot(picture):
    light = picture.astype(float).mean(axis=2)
    light = np.where(light > 100, light - 100, 0)
    rows, columns = np.mgrid[: light.shape[0], : light.shape[1]] + 0.5
    return np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum()


@pytest.mark.parametrize("how", ["pad", "crop", "height"])
@pytest.mark.parametrize("size", [(406, 720), (720, 406), (301, 299), (640, 640)])
def test_store_pixels_map_back_to_original_pixels(make, how, size):
    width, height = size
    truth = np.array([0.55 * width, 0.4 * height])
    path = make.lossless("dot.mkv", dot(*size, *truth))
    video = probe(path)
    fit = fit_height(*size, 256) if how == "height" else fit_into(*size, 192, 256, how)
    _, picture = next(read_pictures(video, fit))
    assert picture.shape == (fit.height, fit.width, 3)
    found = np.array(fit.to_original) @ [*centre_of_dot(picture), 1]
    assert np.abs(found - truth).max() < 0.35


def test_anamorphic_pixels_become_square(make):
    """A dot drawn half as wide as high, in pixels twice as wide as high, is round."""
    rows, columns = np.mgrid[:200, :100] + 0.5
    picture = 60 + 180 * np.exp(-(((columns - 40) * 2) ** 2 + (rows - 120) ** 2) / (2 * 12**2))
    frames = np.repeat(np.repeat(picture[None, ..., None], 2, 0), 3, 3).astype(np.uint8)
    path = make.lossless("wide.mkv", frames, "30", "-vf", "setsar=2", "-c:v", "ffv1", "-pix_fmt", "gbrp")
    video = probe(path)
    assert (video.width, video.height) == (200, 200)
    fit = fit_into(200, 200, 100, 100, "pad")
    _, picture = next(read_pictures(video, fit))
    np.testing.assert_allclose(np.array(fit.to_original) @ [*centre_of_dot(picture), 1], [80, 120], atol=0.4)
    light = np.clip(picture.astype(float).mean(2) - 100, 0, None)
    assert (light.max(0) > 5).sum() == pytest.approx((light.max(1) > 5).sum(), abs=1)


def test_padding_is_black_and_cropping_is_not(make):
    path = make.lossless("white.mkv", np.full((2, 60, 100, 3), 255, np.uint8))
    video = probe(path)
    _, padded = next(read_pictures(video, fit_into(100, 60, 64, 64, "pad")))
    assert padded[:12].max() == 0 and padded[-12:].max() == 0 and padded[14:50].min() >= 254
    _, cropped = next(read_pictures(video, fit_into(100, 60, 64, 64, "crop")))
    assert cropped.min() >= 254


def test_shrinking_is_antialiased(make):
    """A checkerboard of single pixels shrinks to its mean."""
    board = (np.indices((256, 256)).sum(0) % 2 * 255).astype(np.uint8)
    path = make.lossless("board.mkv", np.repeat(np.repeat(board[None, ..., None], 2, 0), 3, 3))
    _, picture = next(read_pictures(probe(path), fit_height(256, 256, 64)))
    assert np.abs(picture[4:-4, 4:-4].astype(int) - 127).max() <= 2


def test_stopping_early_leaves_no_process(make):
    video = probe(make.pattern())
    pictures = read_pictures(video, fit_height(128, 96, 512))
    next(pictures)
    pictures.close()  # would hang, or warn about an unclosed process, if ffmpeg stayed


def test_a_log_longer_than_a_pipe_blocks_nothing(make):
    path = make("long.mkv", "-f", "lavfi", "-i", "testsrc2=size=32x32:rate=30:duration=30", "-c:v", "ffv1")
    assert len(unscaled(path)) == 900  # ffmpeg describes each of them in some hundred bytes


def test_damage_in_the_middle_is_reported(make, capfd):
    path = make("long.mp4", *PATTERN, *H264, "-g", "10")
    content = bytearray(path.read_bytes())
    for at in range(len(content) // 3, len(content) // 2, 50):
        content[at] ^= 0xFF
    path.write_bytes(content)
    pictures = unscaled(path)
    assert len(pictures) > 30
    assert f"warning: {path}: some pictures may be damaged" in capfd.readouterr().err


def test_a_video_whose_end_cannot_be_decoded_is_refused(make):
    path = make("long.mp4", *PATTERN, *H264, "-g", "10")
    content = bytearray(path.read_bytes())
    index = content.rindex(b"moov") - 4  # after the pictures
    content[index * 3 // 5 : index] = bytes(index - index * 3 // 5)
    path.write_bytes(content)
    with pytest.raises(UserError, match=r"long.mp4 cannot be decoded after 1\.\d+ s \(.+\): copy it again"):
        unscaled(path)
