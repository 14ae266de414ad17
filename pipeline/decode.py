"""Stage decode: from a video of any kind to a store of frames at a constant rate, with random access.

    python -m pipeline.decode <clip>

Frames keep the video's shape and, unless decode.height says otherwise, its size, up to 1920 px: the detector finds
hands best in large pictures, and the result is as large as the target's stored frames. Writes
data/frames/<clip>.parquet and, beside it, a JSON file that says how the store was made.
"""

import hashlib
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np

from pipeline.clips import paths
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.params import load_params
from pipeline.runtime.files import write_json
from pipeline.user.cli import UserError, run
from pipeline.user.progress import Progress
from pipeline.video.encode import sound_problem
from pipeline.video.fit import Fit, fit_height
from pipeline.video.probe import Video, excerpt, probe
from pipeline.video.read import read_pictures
from pipeline.video.resample import resample, stored_rate
from pipeline.video.shots import number_shots

MANY = 0.02  # share of repeated frames from which on it is told


def decode(video: Video, fit: Fit, fps: Fraction, path: Path) -> FrameStore:
    """Store the frames of ``video``, placed by ``fit``, at ``fps`` frames per second in ``path`` and open it.

    Each frame is the picture nearest in time: at another rate than the video's own, pictures are repeated or
    left out, and FrameStore.pairs() tells where. Raises UserError, and writes nothing, if that gives fewer
    than 2 frames or if the video cannot be decoded to its end.
    """
    count = round(video.duration * fps)
    if count < 2:
        raise UserError(
            f"{video.path} gives {count} frame(s) at {float(fps):g} frames/s: at least 2 are needed, since "
            "pairs are trained; raise decode.fps or give a longer video"
        )
    frames = number_shots(resample(read_pictures(video, fit), fps, video.duration))
    shown = Progress(frames, f"decode {video.path.name}", "frame", count)
    stored = (StoredFrame(picture, shot, float(time)) for shot, time, picture in shown)
    write_frames(path, stored, fit.width, fit.height, fps)
    return FrameStore(path)


def summary(video: Video, fit: Fit, store: FrameStore, silenced: str | None) -> dict:
    """How the store was made, as written beside it; ``to_original`` maps store px to original px.

    silenced: why the video's sound cannot be used; None if it can, or if there is none.
    """
    with open(video.path, "rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    return {
        "video": str(video.path),
        "sha256": sha256,
        "width": store.width,
        "height": store.height,
        "fps": str(store.fps),
        "frames": len(store),
        "start": float(store.source_times[0]),
        "original_width": video.width,
        "original_height": video.height,
        "to_original": fit.to_original,
        "sound": video.has_audio and silenced is None,
    }


def warnings(video: Video, store: FrameStore, silenced: str | None) -> Iterator[str]:
    """What the user should know about a store that is usable all the same; ``silenced``: see :func:`summary`."""
    if silenced is not None:
        yield (f"the sound of {video.path} cannot be read ({silenced}), so the result will be silent: convert the "
               "sound to AAC if you want it")
    if video.is_hdr:
        yield f"{video.path} is HDR ({video.transfer}): its colours were tone-mapped to ordinary video's"
    if video.is_tilted:
        yield (f"{video.path} asks to be turned by {video.rotation:g} degrees, which was done: corners of its pictures "
               "are cut off; if the person does not stand upright, remove the rotation from the file")
    if video.tracks > 1:
        yield (f"{video.path} has {video.tracks} tracks of pictures: the largest, of {video.width}x{video.height} px, "
               "is used")
    if video.interlaced:
        yield f"{video.path} is interlaced: its pictures were deinterlaced, which costs some sharpness"
    still = np.flatnonzero(np.diff(store.source_times) == 0)
    if store.fps > video.rate and 2 * len(still) > len(store):
        yield (f"most frames of {video.path} repeat the one before: it has {float(video.rate):.6g} frames/s, so set "
               "decode.fps to null or to that at most")
    elif len(still) > MANY * len(store):
        first, last = store.times[still[[0, -1]]]
        yield (f"{len(still)} of {len(store)} frames of {video.path} repeat the one before: between {first:.1f} and "
               f"{last:.1f} s the video has no picture for them at {float(store.fps):.6g} frames/s; they stand still "
               "in the result and are not trained on")


def main(clip: str) -> None:
    params = load_params()
    named = params.clip(clip)
    video = excerpt(probe(Path(named.video)), named.start, named.end)
    fps = stored_rate(params.decode.fps, video)
    fit = fit_height(video.width, video.height, params.decode.height)
    path = paths.frames(clip)
    store = decode(video, fit, fps, path)
    silenced = (
        sound_problem(video.path, float(store.source_times[0]), float(video.duration)) if video.has_audio else None
    )
    write_json(path.with_suffix(".json"), summary(video, fit, store, silenced))

    for warning in warnings(video, store, None if clip == "target" else silenced):  # nobody hears the target
        print(f"warning: {warning}", file=sys.stderr)
    print(
        f"{path}: {len(store)} frames of {store.width}x{store.height} px at {float(store.fps):.6g} frames/s "
        f"in {store.shots[-1] + 1} shot(s), {len(store.pairs())} consecutive pairs, "
        f"{path.stat().st_size / 1e6:.1f} MB; described in {path.with_suffix('.json')}"
    )


if __name__ == "__main__":
    run(main, "clip")
