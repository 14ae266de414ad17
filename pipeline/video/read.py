"""A video's pictures in the order they are shown, each with its true time, placed as the store wants them."""

import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from queue import SimpleQueue
from typing import Any

import cv2
import numpy as np

from pipeline.user.cli import UserError
from pipeline.video.fit import Fit
from pipeline.video.probe import HD_HEIGHT, HD_WIDTH, Video
from pipeline.video.process import FfmpegProcess, confined_input

# Every pixel computed from all its neighbours, the same on every machine.
SCALER = "bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact"
SDR_WHITE, HDR_PEAK = 203, 1000  # cd/m2 of white paper and of the brightest highlights (ITU-R BT.2408)
KNEE = 0.7  # share of linear light that stays as it is when highlights above it are rolled off
UNDECODABLE_SECONDS = 0.5  # a decoder that stops this long before the end has lost pictures, not rounded

# Without showinfo's name before them: a message that forgets to end its line swallows the beginning of the next.
TIME_BASE = re.compile(r"config in time_base: (\d+)/(\d+), frame_rate: ")
TIME = re.compile(r"\bn: *\d+ pts: *(-?\d+) pts_time:")


def read_pictures(video: Video, fit: Fit) -> Iterator[tuple[Fraction, np.ndarray]]:
    """Decode ``video`` once, from start to end, in constant memory.

    Yields (time, picture): s from the file's start, and uint8 RGB (fit.height, fit.width, 3), upright.
    Interlaced pictures are deinterlaced, anamorphic pixels made square, 10-bit pictures rounded to 8 and HDR ones
    tone-mapped. Pictures that ffmpeg could decode only with errors are passed on, with a warning. Raises UserError if
    it gives up.
    """
    times = _PictureTimes(video)
    planes = np.empty((3, fit.height, fit.width), np.uint8)  # ffmpeg's order: green, blue, red
    start = time = None
    raw = graph(video, fit).output("pipe:1", format="rawvideo", pix_fmt="gbrp", fps_mode="passthrough")
    with open(video.path, "rb") as file, FfmpegProcess(raw, file, times.read_line, times.end) as process:
        while process.read_into(planes):
            with process.waiting():
                time = times.next()
            if time is None:
                process.finish()  # raises the reason if there is a better one
                raise UserError(f"{video.path} does not say when its pictures are shown: convert it to MP4")
            if video.excerpt:
                time += video.start  # ffmpeg counts from there
            start = time if start is None else start
            green, blue, red = planes
            yield time, cv2.merge((red, green, blue))
        code, errors = process.finish()
    reason = f" ({errors[-1]})" if errors else ""
    if code or start is None or time is None or start + video.duration - time > UNDECODABLE_SECONDS + 1 / video.rate:
        at = "" if time is None else f" after {float(time):.2f} s"
        raise UserError(f"{video.path} cannot be decoded{at}{reason}: copy it again or give another file")
    if errors:
        print(f"warning: {video.path}: some pictures may be damaged{reason}", file=sys.stderr)


class _PictureTimes:
    """The pictures' times from showinfo's log lines, as they come: ``next`` waits for one, None = no more."""

    def __init__(self, video: Video):
        self._video = video
        self._tick: Fraction | None = None
        self._times: SimpleQueue[Fraction | None] = SimpleQueue()

    def read_line(self, line: str) -> None:
        if base := TIME_BASE.search(line):
            self._tick = Fraction(int(base[1]), int(base[2]))
        elif time := TIME.search(line):
            if self._tick is None:
                raise UserError(f"{self._video.path}: ffmpeg does not say in which unit it tells the pictures' times: "
                                "convert the video to MP4")
            self._times.put(int(time[1]) * self._tick)

    def end(self) -> None:
        self._times.put(None)

    def next(self) -> Fraction | None:
        return self._times.get()


def graph(video: Video, fit: Fit) -> Any:
    """The ffmpeg graph from the file to placed pictures, plane by plane: ffmpeg itself turns them upright first.

    Planes (gbrp) because ffmpeg computes them several times as fast as interleaved RGB, and the same values.
    """
    part = {"ss": f"{float(video.start):.6f}", "t": f"{float(video.duration):.6f}"} if video.excerpt else {}
    pictures = confined_input(**part)[f"V:{video.track}"].filter("showinfo", checksum=0)
    if video.interlaced:
        pictures = pictures.filter("bwdif", mode="send_frame", deint="interlaced")  # those that say so
    scaled = (_tone_mapped if video.is_hdr else _scaled)(pictures, video, fit)
    if fit.left > 0 or fit.top > 0:
        scaled = scaled.filter("pad", fit.width, fit.height, fit.left, fit.top, color="black")
    elif fit.left < 0 or fit.top < 0:
        scaled = scaled.filter("crop", fit.width, fit.height, -fit.left, -fit.top)
    return scaled


def _scaled(pictures: Any, video: Video, fit: Fit) -> Any:
    matrix = "auto"
    if video.matrix == "unknown":
        matrix = "bt709" if video.width >= HD_WIDTH or video.height > HD_HEIGHT else "smpte170m"
    scaled = pictures.filter(
        "scale", fit.scaled_width, fit.scaled_height, flags=SCALER, in_color_matrix=matrix, out_range="full",
        in_chroma_loc=video.chroma,  # left to itself, the filter ignores what the picture says
    )
    return scaled.filter("format", "gbrp")


def _tone_mapped(pictures: Any, video: Video, fit: Fit) -> Any:
    """PQ or HLG to BT.709: linear light, BT.709 primaries, highlights rolled off, hue kept."""
    linear = pictures.filter(
        "zscale", fit.scaled_width, fit.scaled_height, filter="bicubic", transfer="linear", npl=SDR_WHITE,
        matrixin="2020_ncl" if video.matrix == "unknown" else "input",
        primariesin="2020" if video.primaries == "unknown" else "input",
    ).filter("format", "gbrpf32le")
    mapped = linear.filter("zscale", primaries="709").filter(
        "tonemap", "mobius", param=KNEE, peak=HDR_PEAK / SDR_WHITE, desat=0
    )
    return mapped.filter("zscale", transfer="709", matrix="gbr", range="full").filter("format", "rgb24")
