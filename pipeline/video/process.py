"""Running ffmpeg: the binary that comes with the installation, confined to the one file it is given."""

import re
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import IO, Any, cast

import ffmpeg
import imageio_ffmpeg
import numpy as np

from pipeline.user.cli import UserError

COMMAND = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
_PREFIX = re.compile(r"\[[^\]]*\] ?")
_KEPT_ERRORS = 100
SILENCE = 600  # s for which ffmpeg may give, take and say nothing: the sound of 15 hours is encoded in less


def confined_input(**options: object) -> Any:
    """ffmpeg's input for a user's file, which is handed over as standard input.

    A playlist called .mp4 may name other files and addresses. ffmpeg therefore gets an open file and no
    right to open anything else: `fd` is the only protocol it may use.
    """
    return ffmpeg.input("fd:", protocol_whitelist="fd", **options)


def run_ffmpeg(output: Any, path: Path) -> subprocess.CompletedProcess:
    """Run an ffmpeg-python graph whose :func:`confined_input` is ``path``; collect what it prints."""
    log: list[str] = []
    with open(path, "rb") as file, FfmpegProcess(output, file, log.append) as process:
        printed = process.read_all()
        code, _ = process.finish()
    return subprocess.CompletedProcess(COMMAND, code, printed.decode(errors="replace"), "\n".join(log))


def errors_in(log: str) -> list[str]:
    """The lines that ffmpeg itself calls an error or worse, without their prefixes."""
    lines = (line for line in log.splitlines() if "[error]" in line or "[fatal]" in line)
    return [_PREFIX.sub("", line).strip() for line in lines]


class FfmpegProcess:
    """A running ffmpeg with pictures going in or coming out.

    A thread reads its log, so a full pipe of messages never blocks the pictures; it calls ``on_line`` with every line
    and ``on_end`` after the last. What these raise ends ffmpeg and is raised by :meth:`finish`. An ffmpeg that gives,
    takes and says nothing for SILENCE seconds while it is waited for is ended, too, and :meth:`finish` raises
    UserError. Used as a context manager, no process stays behind.
    """

    def __init__(
        self, output: Any, stdin: IO | int, on_line: Callable[[str], None] = lambda line: None,
        on_end: Callable[[], None] = lambda: None,
    ):
        self._errors: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._on_line, self._on_end = on_line, on_end
        self._failure: BaseException | None = None
        self._waiting_since: float | None = None
        self._heard_at = time.monotonic()
        self._process = subprocess.Popen(
            output.compile(COMMAND), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._stdout = cast(BufferedReader, self._process.stdout)
        self._stderr = cast(BufferedReader, self._process.stderr)
        self._ended = threading.Event()
        self._threads = [threading.Thread(target=work, daemon=True) for work in (self._listen, self._watch)]
        for thread in self._threads:
            thread.start()

    def read_into(self, picture: np.ndarray) -> bool:
        """Fill ``picture``, uint8, with the next bytes that come out; False if they have ended before it is full."""
        with self.waiting():
            return self._stdout.readinto(picture.data) == picture.nbytes

    def read_all(self) -> bytes:
        """Everything that comes out, to the end."""
        parts: list[bytes] = []
        while not parts or parts[-1]:
            with self.waiting():
                parts.append(self._stdout.read1())
        return b"".join(parts)

    def write(self, picture: np.ndarray) -> None:
        """Hand over ``picture``, uint8 and contiguous. Raises BrokenPipeError if ffmpeg has ended."""
        stdin = cast(IO[bytes], self._process.stdin)
        with self.waiting():
            stdin.write(picture.data)

    def finish(self) -> tuple[int, list[str]]:
        """End the input and wait: ffmpeg's exit code and the last errors that it reported."""
        self._close_stdin()
        with self.waiting():
            code = self._process.wait()
        self._join()
        if self._failure is not None:
            raise self._failure
        return code, list(self._errors)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside the block ffmpeg has something to do, and its silence counts."""
        self._waiting_since = time.monotonic()
        try:
            yield
        finally:
            self._waiting_since = None

    def _listen(self) -> None:
        try:
            for raw in self._stderr:
                self._heard_at = time.monotonic()
                line = raw.decode(errors="replace").rstrip()
                self._errors.extend(errors_in(line))
                self._on_line(line)
        except BaseException as error:  # the main thread, which may wait for a picture, raises it
            self._end(error)
        finally:
            self._on_end()

    def _watch(self) -> None:
        while not self._ended.wait(min(1, SILENCE)):
            since = self._waiting_since
            if since is not None and time.monotonic() - max(since, self._heard_at) > SILENCE:
                self._end(UserError(
                    f"ffmpeg has said nothing for {SILENCE:g} s and was ended: see whether the disk answers, or "
                    f"convert the video to MP4 (its last error: {(list(self._errors) or ['none'])[-1]})"
                ))
                return

    def _end(self, failure: BaseException) -> None:
        self._failure = self._failure or failure
        self._process.kill()

    def _join(self) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def _close_stdin(self) -> None:
        if self._process.stdin:
            with suppress(BrokenPipeError):  # ffmpeg ended first; its exit code says so and its log why
                self._process.stdin.close()

    def __enter__(self) -> "FfmpegProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()  # nothing happens to one that has ended by itself
        self._close_stdin()
        self._process.wait()
        self._join()
        self._stdout.close()
        self._stderr.close()
