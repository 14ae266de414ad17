"""Videos that every player plays: H.264 in MP4, the same bytes for the same frames."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
import numpy as np

from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError
from pipeline.video.process import FfmpegProcess, confined_input, errors_in, run_ffmpeg

SYNTHETIC = "Synthetic: the person in this video was rendered by a neural network (Everybody Dance Now)."
THREADS = 4  # x264's output depends on it, so it is the same on every machine
AUDIO_BITRATE = 160_000
# The index in front, so that a browser can start at once; no dates and no names of encoders.
MP4 = {
    "format": "mp4", "movflags": "+faststart", "fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1,
}
AAC = {
    "acodec": "aac", "audio_bitrate": AUDIO_BITRATE, "flags:a": "+bitexact",
    "filter:a": "aresample=async=1:first_pts=0",
}
SEI = 6  # the NAL units in which x264 writes its version and options


@contextmanager
def video_writer(
    path: Path, fps: Fraction, crf: int, audio_from: Path | None = None, audio_start: float = 0.0,
    comment: str = "",
) -> Iterator[Callable[[np.ndarray], None]]:
    """Open ``path`` as an H.264 MP4: the block gets a function that writes the next frame, uint8 RGB (H, W, 3).

    The file appears, whole, when the block ends; if the block raises, it does not. fps: frames per second.
    crf: x264's constant rate factor, 0..51, lower is better and larger. Odd sizes are made even by repeating
    the last column or row, since yuv420p has no odd ones. The sound of ``audio_from`` (None or a file without
    any: no sound) is taken from ``audio_start`` s after that file's start and cut to the video's length.
    comment: what the file says about itself. Raises UserError if no frame was written or ffmpeg fails.
    """
    about = {"metadata": f"comment={comment}"} if comment else {}
    with atomic(path) as whole:
        pictures = whole if audio_from is None else whole.with_name(f"silent_{whole.name}")
        with _Encoder(pictures, path, fps, crf, about) as encoder:
            yield encoder.write
            encoder.finish()
        if audio_from is not None:
            _add_sound(whole, path, pictures, audio_from, audio_start, float(encoder.count / fps), about)


class _Encoder:
    """ffmpeg encoding frames to ``file``, which shall become ``path``; it starts when the first one's size is known.

    about: ffmpeg's option for what the file says about itself.
    """

    def __init__(self, file: Path, path: Path, fps: Fraction, crf: int, about: dict[str, str]):
        self.file, self.path, self.fps, self.crf, self.about = file, path, fps, crf, about
        self.count = 0
        self._process: FfmpegProcess | None = None

    def _start(self, frame: np.ndarray) -> FfmpegProcess:
        self.height, self.width = (side + side % 2 for side in frame.shape[:2])
        size = f"{self.width}x{self.height}"
        raw = ffmpeg.input("pipe:0", format="rawvideo", pix_fmt="rgb24", s=size, r=str(self.fps))
        limited = raw.filter(
            "scale", in_range="full", out_range="limited", out_color_matrix="bt709", out_chroma_loc="left",
            flags="bicubic+accurate_rnd+full_chroma_int+full_chroma_inp+bitexact",
        ).filter("format", "yuv420p").filter("setparams", color_primaries="bt709", color_trc="bt709")
        output = limited.output(
            str(self.file), vcodec="libx264", crf=self.crf, preset="medium", threads=THREADS,
            fps_mode="passthrough",
            **{"flags:v": "+bitexact", "bsf:v": f"filter_units=remove_types={SEI}"}, **MP4, **self.about,
        )
        return FfmpegProcess(output, subprocess.PIPE)

    def write(self, frame: np.ndarray) -> None:
        if self._process is None:
            self._process = self._start(frame)
        missing = [(0, self.height - frame.shape[0]), (0, self.width - frame.shape[1]), (0, 0)]
        if np.any(missing):
            frame = np.pad(frame, missing, "edge")
        try:
            self._process.write(np.ascontiguousarray(frame))
        except BrokenPipeError:
            self.finish()  # ffmpeg has given up; its exit code and last error say why
            raise
        self.count += 1

    def finish(self) -> None:
        if self._process is None:
            raise UserError(f"{self.path} cannot be written: there are no frames to put into it")
        _check(self.path, *self._process.finish())

    def __enter__(self) -> "_Encoder":
        return self

    def __exit__(self, *error: object) -> None:
        if self._process is not None:
            self._process.__exit__(*error)


def sound_problem(path: Path, start: float, duration: float) -> str | None:
    """Why :func:`video_writer` could not add the sound of ``path``, which has some; None if nothing is in the way.

    It is encoded, to nowhere, and thrown away. start, duration: s, which part of it.
    """
    result = run_ffmpeg(ffmpeg.output(_sound(start, duration), "pipe:1", format="null", **AAC), path)
    return (errors_in(result.stderr) or ["no reason given"])[0] if result.returncode else None


def _sound(start: float, duration: float) -> Any:
    """The first sound of a :func:`confined_input` from ``start`` s on, for ``duration`` s; none if there is none."""
    return confined_input(ss=f"{start:.6f}", t=f"{duration:.6f}")["a:0?"]


def _add_sound(
    file: Path, path: Path, silent: Path, audio_from: Path, start: float, duration: float, about: dict[str, str]
) -> None:
    """Copy the pictures of ``silent`` and the sound of ``audio_from`` into ``file``."""
    pictures = ffmpeg.input(str(silent))["v"]
    output = ffmpeg.output(pictures, _sound(start, duration), str(file), vcodec="copy", **AAC, **MP4, **about)
    result = run_ffmpeg(output, audio_from)
    _check(path, result.returncode, errors_in(result.stderr))


def _check(path: Path, code: int, errors: list[str]) -> None:
    if code:
        raise UserError(f"{path} could not be written: ffmpeg says: {(errors or ['nothing'])[-1]}")
