"""Running ffmpeg: the binary that comes with the installation, confined to the one file it is given."""

import re
import subprocess
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

import ffmpeg
import imageio_ffmpeg

COMMAND = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]
_PREFIX = re.compile(r"\[[^\]]*\] ?")
_KEPT_ERRORS = 100


def confined_input(**options):
    """ffmpeg's input for a user's file, which is handed over as standard input.

    A playlist called .mp4 may name other files and addresses. ffmpeg therefore gets an open file and no
    right to open anything else: `fd` is the only protocol it may use.
    """
    return ffmpeg.input("fd:", protocol_whitelist="fd", **options)


def run_ffmpeg(output, path: Path) -> subprocess.CompletedProcess:
    """Run an ffmpeg-python graph whose :func:`confined_input` is ``path``; collect what it prints."""
    with open(path, "rb") as file:
        return subprocess.run(
            output.compile(COMMAND), stdin=file, capture_output=True, text=True, errors="replace"
        )


def errors_in(log: str) -> list[str]:
    """The lines that ffmpeg itself calls an error or worse, without their prefixes."""
    lines = (line for line in log.splitlines() if "[error]" in line or "[fatal]" in line)
    return [_PREFIX.sub("", line).strip() for line in lines]


class FfmpegProcess:
    """A running ffmpeg with pictures going in at ``stdin`` or coming out at ``stdout``.

    A thread reads its log, so a full pipe of messages never blocks the pictures; it calls ``on_line``
    with every line, and with ``None`` after the last. Used as a context manager, no process stays behind.
    """

    def __init__(self, output, stdin: IO | int, on_line: Callable[[str | None], None] = lambda line: None):
        self._errors: deque[str] = deque(maxlen=_KEPT_ERRORS)
        self._on_line = on_line
        self._process = subprocess.Popen(
            output.compile(COMMAND), stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self.stdin, self.stdout = self._process.stdin, self._process.stdout
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def _listen(self) -> None:
        for raw in self._process.stderr:
            line = raw.decode(errors="replace").rstrip()
            self._errors.extend(errors_in(line))
            self._on_line(line)
        self._on_line(None)

    def finish(self) -> tuple[int, list[str]]:
        """End the input and wait: ffmpeg's exit code and the last errors that it reported."""
        self._close_stdin()
        code = self._process.wait()
        self._listener.join()
        return code, list(self._errors)

    def _close_stdin(self) -> None:
        if self.stdin:
            with suppress(BrokenPipeError):  # ffmpeg ended first; its exit code says so and its log why
                self.stdin.close()

    def __enter__(self) -> "FfmpegProcess":
        return self

    def __exit__(self, *_) -> None:
        self._process.kill()  # nothing happens to one that has ended by itself
        self._close_stdin()
        self._process.wait()
        self._listener.join()
        self.stdout.close()
        self._process.stderr.close()
