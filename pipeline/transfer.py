"""Stage transfer: render the target person doing a source's dance, as a video that any player plays."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from pipeline.clips import paths
from pipeline.clips.camera import camera_path
from pipeline.clips.layout import FACE, found_joints
from pipeline.clips.scaling import resize
from pipeline.clips.stable import open_target
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, read_track
from pipeline.params import load_params
from pipeline.rendering.mark import with_words
from pipeline.rendering.render import Renderer
from pipeline.runtime.devices import keep_freed_memory, pick_device
from pipeline.runtime.files import read_json
from pipeline.runtime.parallel import in_threads
from pipeline.user.cli import run
from pipeline.user.progress import Progress
from pipeline.video.encode import SYNTHETIC, video_writer


def transfer(
    track: PoseTrack[np.ndarray],
    renderer: Renderer,
    source: FrameStore,
    cameras: np.ndarray,
    mark: str | None,
    write_result: Callable[[np.ndarray], None],
    write_side_by_side: Callable[[np.ndarray], None],
) -> None:
    """Render every frame recurrently; write it alone, and side by side with source and pose picture.

    track: the source's normalized poses, in the target's canvas. source: its own frames, one for each pose. cameras:
    see :meth:`Renderer.render`. mark: words in a corner of the result. The writers take uint8 RGB (H, W, 3); side by
    side, all three pictures have the result's height. A thread writes a frame while the next one is rendered.
    """
    height = renderer.clip.store.height
    width = max(2, 2 * round(source.width * height / source.height / 2))

    def write(rendered: tuple[int, tuple[np.ndarray, np.ndarray]]) -> None:
        t, (pose, frame) = rendered
        if mark:
            frame = with_words(frame, mark)
        write_result(frame)
        write_side_by_side(np.hstack([resize(source.read(t), width, height), pose, frame]))

    written = in_threads(write, enumerate(renderer.render(track, source.shots, cameras)), threads=1)
    for _ in Progress(written, "render", "frame", len(track)):
        pass


def main(source: str) -> None:
    params = load_params()
    video = Path(params.source(source).video)
    track = read_track(paths.normalized(source))
    frames = FrameStore(paths.frames(source))
    clip = read_json(paths.frames(source).with_suffix(".json"))
    keep_freed_memory()
    target = open_target()
    renderer = Renderer(paths.BODY_WEIGHTS, paths.FACE_WEIGHTS, target, pick_device(params.device))
    cameras = camera_path(target.camera, params.transfer.camera, len(track))

    result, side_by_side = paths.video(source), paths.side_by_side(source)
    sound = video if clip["sound"] else None
    crf, start = params.transfer.crf, clip["start"]
    with (
        video_writer(result, track.fps, crf, sound, start, SYNTHETIC) as write_result,
        video_writer(side_by_side, track.fps, crf, sound, start, SYNTHETIC) as write_side_by_side,
    ):
        transfer(track, renderer, frames, cameras, params.transfer.mark, write_result, write_side_by_side)
    print(f"result: {result}, {target.store.width}x{target.store.height}, {len(track)} frames; "
          f"source | pose | result: {side_by_side}")
    path = renderer.body.path(track.joints, frames.shots, float(track.fps))
    turned = (renderer.body.turned(track.joints, path) != track.joints).any(axis=(1, 2)).sum()
    if turned:
        print(f"in {turned} of {len(track)} frames the target is turned round, with right and left exchanged: the "
              "source shows a side of the body that the target's clip does not show in such a pose")
    if renderer.face is not None:
        seen = found_joints(track.joints)[:, FACE].any(axis=1).sum()
        print(f"the Face GAN refined the face in {seen} of {len(track)} frames; in the others none is seen")


if __name__ == "__main__":
    run(main, "source")
