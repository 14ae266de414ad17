"""Stage transfer: render the target person doing a source's dance, as a video that any player plays."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from pipeline.clips import paths
from pipeline.clips.layout import FACE, found_joints
from pipeline.clips.scaling import resize
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, read_track
from pipeline.params import load_params
from pipeline.rendering.render import Renderer
from pipeline.runtime.devices import keep_freed_memory, pick_device
from pipeline.runtime.files import read_json
from pipeline.runtime.parallel import in_threads
from pipeline.user.cli import run
from pipeline.video.encode import video_writer


def transfer(
    track: PoseTrack[np.ndarray],
    renderer: Renderer,
    source: FrameStore,
    write_result: Callable[[np.ndarray], None],
    write_side_by_side: Callable[[np.ndarray], None],
) -> None:
    """Render every frame recurrently; write it alone, and side by side with source and pose picture.

    track: the source's normalized poses, in the target's picture. source: its own frames, one for each pose. The
    writers take uint8 RGB (H, W, 3); side by side, all three pictures have the result's height. A thread writes a frame
    while the next one is rendered.
    """
    width, height = max(1, round(source.width * renderer.height / source.height)), renderer.height

    def write(rendered: tuple[int, tuple[np.ndarray, np.ndarray]]) -> None:
        t, (pose, frame) = rendered
        write_result(frame)
        write_side_by_side(np.hstack([resize(source.read(t), width, height), pose, frame]))

    written = in_threads(write, enumerate(renderer.render(track, source.shots)), threads=1)
    for _ in tqdm(written, desc="render", unit="frame", total=len(track)):
        pass


def main(source: str) -> None:
    params = load_params()
    video = Path(params.source(source).video)
    track = read_track(paths.normalized(source))
    frames = FrameStore(paths.frames(source))
    clip = read_json(paths.frames(source).with_suffix(".json"))
    keep_freed_memory()
    renderer = Renderer(paths.BODY_WEIGHTS, paths.FACE_WEIGHTS, pick_device(params.device))

    result, side_by_side = paths.video(source), paths.side_by_side(source)
    sound = video if clip["sound"] else None
    with (
        video_writer(result, track.fps, params.transfer.crf, sound, clip["start"]) as write_result,
        video_writer(side_by_side, track.fps, params.transfer.crf, sound, clip["start"]) as write_side_by_side,
    ):
        transfer(track, renderer, frames, write_result, write_side_by_side)
    print(f"result: {result}, {renderer.width}x{renderer.height}, {len(track)} frames; "
          f"source | pose | result: {side_by_side}")
    if renderer.face is not None:
        seen = found_joints(track.joints)[:, FACE].any(axis=1).sum()
        print(f"the Face GAN refined {seen} of {len(track)} frames; in the others no face is seen")


if __name__ == "__main__":
    run(main, "source")
