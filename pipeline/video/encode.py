"""Videos that every player plays: H.264 in MP4, the same bytes for the same frames."""

import subprocess
from collections.abc import Iterable
from fractions import Fraction
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

import ffmpeg
import numpy as np

from pipeline.cli import UserError
from pipeline.files import atomic
from pipeline.video.process import FfmpegProcess, confined_input, errors_in, run_ffmpeg

THREADS = 4  # x264's output depends on it, so it is the same on every machine
AUDIO_BITRATE = 160_000
# The index in front, so that a browser can start at once; no dates and no names of encoders.
MP4 = {
    "format": "mp4", "movflags": "+faststart", "fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1,
}
SEI = 6  # the NAL units in which x264 writes its version and options


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    fps: Fraction,
    crf: int,
    audio_from: Path | None = None,
    audio_start: float = 0.0,
) -> None:
    """Write ``frames``, uint8 RGB (H, W, 3) each, as an H.264 MP4; whole or not at all.

    fps: frames per second. crf: x264's constant rate factor, 0..51, lower is better and larger. Odd sizes
    are made even by repeating the last column or row, since yuv420p has no odd ones. The sound of
    ``audio_from`` (None or a file without any: no sound) is taken from ``audio_start`` s after that file's
    start and cut to the video's length. Raises UserError if there are no frames or ffmpeg fails.
    """
    with atomic(path) as whole:
        if audio_from is None:
            _encode(whole, path, frames, fps, crf)
            return
        with TemporaryDirectory(dir=path.parent) as folder:
            silent = Path(folder) / "silent.mp4"
            count = _encode(silent, path, frames, fps, crf)
            _add_sound(whole, path, silent, audio_from, audio_start, float(count / fps))


def _encode(file: Path, path: Path, frames: Iterable[np.ndarray], fps: Fraction, crf: int) -> int:
    """Encode to ``file`` what shall become ``path``; return the number of frames."""
    frames = iter(frames)
    first = next(frames, None)
    if first is None:
        raise UserError(f"{path} cannot be written: there are no frames to put into it")
    height, width = (side + side % 2 for side in first.shape[:2])
    raw = ffmpeg.input("pipe:0", format="rawvideo", pix_fmt="rgb24", s=f"{width}x{height}", r=str(fps))
    limited = raw.filter(
        "scale", in_range="full", out_range="limited", out_color_matrix="bt709", out_chroma_loc="left",
        flags="bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact",
    ).filter("format", "yuv420p").filter("setparams", color_primaries="bt709", color_trc="bt709")
    output = limited.output(
        str(file), vcodec="libx264", crf=crf, preset="medium", threads=THREADS, fps_mode="passthrough",
        **{"flags:v": "+bitexact", "bsf:v": f"filter_units=remove_types={SEI}"}, **MP4,
    )
    count = 0
    with FfmpegProcess(output, subprocess.PIPE) as process:
        for frame in chain([first], frames):
            even = np.pad(frame, [(0, height - frame.shape[0]), (0, width - frame.shape[1]), (0, 0)], "edge")
            try:
                process.stdin.write(even.tobytes())
            except BrokenPipeError:
                break  # ffmpeg has given up; its exit code and last error say why
            count += 1
        _check(path, *process.finish())
    return count


def _add_sound(file: Path, path: Path, silent: Path, audio_from: Path, start: float, duration: float) -> None:
    """Copy the pictures of ``silent`` and the sound of ``audio_from`` into ``file``."""
    pictures = ffmpeg.input(str(silent))["v"]
    sound = confined_input(ss=f"{start:.6f}", t=f"{duration:.6f}")["a:0?"]
    output = ffmpeg.output(
        pictures, sound, str(file), vcodec="copy", acodec="aac", audio_bitrate=AUDIO_BITRATE,
        **{"flags:a": "+bitexact", "filter:a": "aresample=async=1:first_pts=0"}, **MP4,
    )
    result = run_ffmpeg(output, audio_from)
    _check(path, result.returncode, errors_in(result.stderr))


def _check(path: Path, code: int, errors: list[str]) -> None:
    if code:
        raise UserError(f"{path} could not be written: ffmpeg says: {(errors or ['nothing'])[-1]}")
