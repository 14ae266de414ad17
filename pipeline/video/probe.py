"""What a video is: its size as shown, rate, length, colours and sound; and whether the file is whole.

The wheel's ffmpeg comes without ffprobe. Two of ffmpeg's own outputs say the same: `framecrc` lists every
packet with its times and flags without decoding any, and `showinfo` describes the first picture.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

import ffmpeg

from pipeline.user.cli import UserError
from pipeline.video.process import confined_input, errors_in, run_ffmpeg

CUT_SHORT_MESSAGES = ("moov atom not found", "partial file", "ended prematurely", "Packet corrupt (")
MISSING_SECONDS = 0.5  # containers state their length to a frame or two (MPEG-TS states none)
NO_TIME = -(2**63)
DISCARD = 4  # packet flag: decoded but not shown, as an edit list demands
HD_WIDTH, HD_HEIGHT = 1280, 576  # this wide, or higher than this: BT.709 if the file does not name its matrix
EVEN = 4  # steps between pictures are even if none is off the median by more than one over this
UPRIGHT = 1  # degrees: so near to a multiple of 90 ffmpeg turns by just that
HDR_CURVES = ("smpte2084", "arib-std-b67")  # PQ | HLG

TIME_BASE = re.compile(r"^#tb (\d+): (\d+)/(\d+)$", re.MULTILINE)
DURATION = re.compile(r"^\S*\s+Duration: (\d+):(\d+):(\d+\.\d+)", re.MULTILINE)
ROTATION = re.compile(r"Display Matrix: rotation of (-?[\d.]+) degrees")  # "nan" for a matrix that means nothing
SIZE = re.compile(r"^#dimensions (\d+): (\d+)x(\d+)$", re.MULTILINE)
PICTURE = re.compile(r"\bn: +0 pts:.* cl:(\S+) sar:(\d+)/(\d+) s:(\d+)x(\d+) i:(\S) ")
PROGRESSIVE = "P"
COLOURS = re.compile(r"color_space:(\S+) color_primaries:(\S+) color_trc:(\S+)")


@dataclass(frozen=True)
class Video:
    """A whole video that ffmpeg reads.

    track: of the file's tracks of pictures the one that is meant, the largest; tracks: how many there are.
    width, height: px as shown, upright and with square pixels. rate: frames per second, by the step that most pictures
    keep. frames: pictures that are shown. start: when the first one is, in s from the file's start (that of its
    earliest stream). duration: how long they are shown, s. interlaced: whether the first picture says that it is.
    excerpt: whether only these ``duration`` s of the file from ``start`` on are meant.
    chroma: where the samples of reduced chroma lie in ffmpeg's terms, "left" (H.264's) if the file is silent.
    matrix, primaries, transfer: ffmpeg's names of the colours, "unknown" where the file gives none.
    rotation: degrees by which the file asks for its pictures to be turned counter-clockwise, as ffmpeg does;
    0 if it does not.
    """

    path: Path
    track: int
    tracks: int
    width: int
    height: int
    rate: Fraction
    frames: int
    start: Fraction
    duration: Fraction
    interlaced: bool
    chroma: str
    matrix: str
    primaries: str
    transfer: str
    rotation: float
    has_audio: bool
    excerpt: bool = False

    @property
    def is_hdr(self) -> bool:
        return self.transfer in HDR_CURVES

    @property
    def is_tilted(self) -> bool:
        """Whether the pictures are turned by more than quarters, so that corners are cut off and black ones appear."""
        return abs(self.rotation - 90 * round(self.rotation / 90)) > UPRIGHT


def probe(path: Path) -> Video:
    """Look at the video ``path``. Raises UserError if it is missing, no video, cut short or one picture."""
    if not path.is_file():
        raise UserError(
            f"{path} is missing: put the video there or correct its path in params.yaml (queued and --temp "
            "experiments see only files that are committed to git or added with `dvc add`)"
        )
    if path.stat().st_size == 0:
        raise UserError(f"{path} is empty (0 bytes): copy the video there again")
    packets = _packets(path)
    times = sorted(set(packets.times))  # VP8 has packets that only tell how to decode: they have another's time
    if len(packets.times) < 2:
        raise UserError(f"{path} has {len(packets.times)} picture(s): at least 2 are needed, since pairs are trained")
    if len(times) == 1:
        raise UserError(f"{path} does not say when its pictures are shown: convert it to MP4")
    rate, duration = steady_rate(times, packets.tick)
    first = _first_picture(path, packets.track)
    return Video(
        path, packets.track, packets.tracks, first.width, first.height, rate, len(times), times[0], duration,
        first.interlaced, *first.colours, first.rotation, packets.has_audio,
    )


def excerpt(video: Video, start: float | None, end: float | None) -> Video:
    """The part of ``video`` from ``start`` to ``end``, s from the file's start.

    None: from its first, to its last picture. Raises UserError if that leaves less than 2 pictures.
    """
    if start is None and end is None:
        return video
    whole = video.start, video.start + video.duration
    first = max(whole[0], Fraction(start or 0).limit_denominator(1000))
    last = whole[1] if end is None else min(whole[1], Fraction(end).limit_denominator(1000))
    if last - first < 2 / video.rate:
        raise UserError(f"{video.path} lasts from {float(whole[0]):g} to {float(whole[1]):.6g} s: start and end in "
                        "params.yaml leave less than 2 pictures of it")
    frames = round((last - first) * video.rate)
    return replace(video, start=first, duration=last - first, frames=frames, excerpt=True)


def steady_rate(times: Sequence[Fraction], tick: Fraction) -> tuple[Fraction, Fraction]:
    """Frames per second, and how long all are shown, s, of pictures shown at ``times``, s, ascending.

    Where pictures are missing, for a moment or since a phone's rate has dropped, the rate is that of the others.
    """
    steps = [after - before for before, after in pairwise(times)]
    usual = median(steps)
    even = [step for step in steps if abs(step - usual) <= max(usual / EVEN, tick)]
    if len(even) == len(steps):
        rate = average_rate(times[0], times[-1], len(times), tick)
        return rate, len(times) / rate
    rate = average_rate(Fraction(0), sum(even, Fraction(0)), len(even) + 1, tick)
    return rate, times[-1] - times[0] + 1 / rate


def average_rate(first: Fraction, last: Fraction, frames: int, tick: Fraction) -> Fraction:
    """Frames per second of ``frames`` pictures shown from ``first`` to ``last``, s, known to one ``tick``, s.

    Times rounded to ticks allow a small range of rates; of these a whole number is taken, or a whole
    number times 1000/1001 (NTSC), or else the average as it is.
    """
    steps, span = frames - 1, last - first
    average = steps / span
    for usual in (Fraction(round(average)), Fraction(round(average) * 1000, 1001)):
        if usual * (span - tick) <= steps <= usual * (span + tick):
            return usual
    return average.limit_denominator(10_000)


@dataclass(frozen=True)
class _Packets:
    """Of the largest track of pictures: times: when they are shown, s, in file order. tick: of the clock, s."""

    track: int
    tracks: int
    times: list[Fraction]
    tick: Fraction
    has_audio: bool


def _packets(path: Path) -> _Packets:
    file = confined_input()
    streams = [file["V"], file["a?"], file["s?"], file["d?"]]
    listing = ffmpeg.output(*streams, "pipe:1", format="framecrc", c="copy", ignore_unknown=None)
    result = run_ffmpeg(listing, path)
    if any(message in result.stderr for message in CUT_SHORT_MESSAGES):
        raise _cut_short(path)
    if result.returncode:
        if "matches no streams" in result.stderr:
            raise UserError(f"{path} has no pictures (only sound or text): give a video")
        reason = (errors_in(result.stderr) or ["no reason given"])[0]
        raise UserError(f"{path} is not a video that ffmpeg can read ({reason}): give another file")

    ticks = {stream: Fraction(int(n), int(d)) for stream, n, d in TIME_BASE.findall(result.stdout)}
    areas = [int(width) * int(height) for _, width, height in SIZE.findall(result.stdout)]
    track = areas.index(max(areas))
    packets = [line.replace(" ", "").split(",") for line in result.stdout.splitlines() if line[0] != "#"]
    # Some formats (AVI) have the order of decoding only; over a whole clip it gives the same rate.
    clock = 1 if any(int(packet[2]) == NO_TIME for packet in packets if packet[0] == str(track)) else 2
    times, ends = [], []
    for packet in packets:
        stream, time, duration = packet[0], int(packet[clock]), int(packet[3])
        ends.append((time + duration) * ticks[stream])
        if stream == str(track) and not _flags(packet) & DISCARD:
            times.append(time * ticks[stream])
    stated = DURATION.search(result.stderr)
    missing = _seconds(*stated.groups()) - max(ends, default=0) if stated else 0
    if missing > MISSING_SECONDS:
        raise _cut_short(path)
    return _Packets(track, len(areas), times, ticks[str(track)], "audio" in result.stdout)


def _flags(packet: list[str]) -> int:
    """A packet's flags; framecrc prints them only if they are not those of a plain key frame."""
    return int(packet[6][2:], 16) if packet[6:] and packet[6].startswith("F=") else 0


def _seconds(hours: str, minutes: str, seconds: str) -> float:
    return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def _cut_short(path: Path) -> UserError:
    return UserError(f"{path} is cut short or damaged: copy or download it again")


@dataclass(frozen=True)
class _Picture:
    """width, height: px as shown. colours: the names of chroma location, matrix, primaries and transfer."""

    width: int
    height: int
    interlaced: bool
    colours: tuple[str, str, str, str]
    rotation: float


def _first_picture(path: Path, track: int) -> _Picture:
    shown = confined_input()[f"V:{track}"].filter("showinfo", checksum=0).output("pipe:1", format="null", vframes=1)
    log = run_ffmpeg(shown, path).stderr
    picture, colours = PICTURE.search(log), COLOURS.search(log)
    if not picture or not colours:
        reason = (errors_in(log) or ["no reason given"])[0]
        raise UserError(f"{path} has pictures that ffmpeg cannot decode ({reason}): give another file")
    chroma, *numbers, field = picture.groups()
    matrix, primaries, transfer = colours.groups()
    sar_x, sar_y, width, height = (int(number) for number in numbers)
    shape = Fraction(sar_x, sar_y) if sar_x and sar_y else Fraction(1)
    chroma = "left" if chroma == "unspecified" else chroma
    rotation = ROTATION.search(log)
    turned = float(rotation[1]) if rotation else 0.0
    names = chroma, matrix, primaries, transfer
    return _Picture(round(width * shape), height, field != PROGRESSIVE, names, turned)
