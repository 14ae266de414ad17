"""Stage background: how the target's camera moves, and what it would see without the person.

    python -m pipeline.background

Reads data/frames/target.parquet and data/poses/target.parquet. Registers every frame to one of the clip's middle: a
camera held in the hand is no error. Writes into data/background/ camera.parquet (every frame's place in one canvas that
stands still), poses.parquet (the poses there, as detected), plate.png (the canvas without the person, from training
frames only) and summary.json, and the picture reports/background/target.jpg to judge it by.
"""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pipeline.clips import paths
from pipeline.clips.camera import Camera, write_camera
from pipeline.clips.holdout import split_clip
from pipeline.clips.store import FrameStore
from pipeline.clips.track import PoseTrack, bodies_seen, read_track, write_track
from pipeline.clips.warp import move_joints
from pipeline.params import load_params
from pipeline.pose.joint_file import smoothed
from pipeline.runtime.files import write_json
from pipeline.runtime.pictures import write_picture
from pipeline.scene.canvas import camera_of, canvas_plate, draw_camera
from pipeline.scene.registration import register
from pipeline.user.cli import run


def stabilized(track: PoseTrack[np.ndarray], camera: Camera) -> PoseTrack[np.ndarray]:
    """The poses in px of the canvas; confidences, and joints that are not found, stay as they are."""
    joints = move_joints(track.joints, camera.to_canvas) if camera.moves else track.joints
    return replace(track.with_joints(joints), width=camera.width, height=camera.height)


def main() -> None:
    params = load_params()
    store, track = FrameStore(paths.frames("target")), read_track(paths.poses("target"))
    with TemporaryDirectory() as folder:
        joints = smoothed(track.joints, params.pose, store.shots, float(store.fps), Path(folder) / "joints.f32")
        end, _ = split_clip(bodies_seen(joints), params.split)
        registration = register(store, joints)
        camera = camera_of(store, registration)
        plate = canvas_plate(store, joints, end, camera)

    write_picture(paths.PLATE, plate)
    write_camera(paths.CAMERA, camera, store)
    write_track(paths.STABLE_POSES, stabilized(track, camera))
    write_json(paths.BACKGROUND_SUMMARY, {
        "model": registration.model, "drift": registration.drift, "lost": registration.lost,
        "width": camera.width, "height": camera.height,
    })
    write_picture(paths.BACKGROUND_PICTURE, draw_camera(plate, camera, store.width, store.height))
    found = "stands still" if registration.model == "still" else f"moves (a {registration.model})"
    print(f"{paths.PLATE}: {camera.width}x{camera.height} px; the camera {found}, drift {registration.drift:.1f} px, "
          f"{registration.lost:.1%} of the frames lost; look at {paths.BACKGROUND_PICTURE}")


if __name__ == "__main__":
    run(main)
