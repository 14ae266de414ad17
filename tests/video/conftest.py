"""Videos for the tests, made by ffmpeg on the spot, and PyAV as a reader that shares no code with ours."""

import subprocess
from pathlib import Path

import av
import imageio_ffmpeg
import numpy as np
import pytest

PATTERN = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=30:duration=2"]
TONE = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]


class VideoMaker:
    """``make(name, *ffmpeg's arguments)`` writes a video into the test's folder and returns its path."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, name: str, *arguments, pictures: bytes | None = None) -> Path:
        path = self.folder / name
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *map(str, arguments), str(path)]
        subprocess.run(command, check=True, input=pictures)
        return path

    def pattern(self, name: str = "pattern.mp4", *options) -> Path:
        """2 s of a moving test picture, 128x96 px, 30 frames/s."""
        return self(name, *PATTERN, *H264, *options)

    def lossless(self, name: str, frames: np.ndarray, rate="30", *options) -> Path:
        """uint8 RGB (n, H, W, 3) exactly as given, whatever the options make of them afterwards."""
        height, width = frames.shape[1:3]
        raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", rate, "-i", "-"]
        return self(name, *raw, *(options or ("-c:v", "ffv1", "-pix_fmt", "gbrp")), pictures=frames.tobytes())


@pytest.fixture
def make(tmp_path) -> VideoMaker:
    return VideoMaker(tmp_path)


@pytest.fixture
def reference():
    """Decode with PyAV: (times in s from the file's start, frames as uint8 RGB), both lists."""

    def decode(path: Path) -> tuple[list[float], list[np.ndarray]]:
        with av.open(str(path)) as file:
            offset = (file.start_time or 0) / av.time_base
            frames = list(file.decode(video=0))
            pictures = [frame.to_ndarray(format="rgb24") for frame in frames]
            return [frame.time - offset for frame in frames], pictures

    return decode
