"""A project's folder after every stage but the report, of two sources; pictures tell which frame they are."""

import json
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
from dvclive import Live
from ruamel.yaml import YAML

from pipeline.clips.camera import write_camera
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, write_track
from pipeline.evaluation.against_truth import frame_table, summarize_sources
from pipeline.evaluation.records import plots, summarize, to_table, write_plots
from pipeline.runtime.files import write_json
from pipeline.runtime.pictures import write_picture
from pipeline.video.encode import video_writer
from tests.still import still_camera

LPIPS = "stlpips_alex"
WIDTH, HEIGHT, FPS = 72, 128, Fraction(30)
FRAMES = {"target": 40, "tango": 30, "polka": 12}
HELD_OUT = 10  # of the target's
MINUTES = {"report": 9, "decode@target": 0.25, "decode@polka": 0.25, "train_body": 2.5}  # as they ran
SOURCE = 96  # px: the sources' pictures are so wide when they are as high as the target's


def grey(panel: int, frame: int) -> int:
    """The grey of frame ``frame`` of a strip's ``panel``: every picture and every frame has its own."""
    return 20 + 70 * panel + 2 * frame


def write_params(folder: Path, params: dict) -> None:
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(params, file)


def joints_of(frames: int, width: int, height: int) -> np.ndarray:
    """Somebody who walks to the right, without hands in the first half."""
    places = np.random.default_rng(0).uniform((0.3, 0.2), (0.6, 0.9), (137, 2)) * (width, height)
    joints = np.tile(np.concatenate([places, np.full((137, 1), 0.9)], axis=1), (frames, 1, 1)).astype(np.float32)
    joints[..., 0] += np.linspace(0, 0.2 * width, frames)[:, None]
    joints[: frames // 2, 95:] = 0
    return joints


def side_by_side(path: Path, widths: list[int], frames: int) -> None:
    with video_writer(path, FPS, 10) as write:
        for frame in range(frames):
            parts = [np.full((HEIGHT, width, 3), grey(panel, frame), np.uint8) for panel, width in enumerate(widths)]
            write(np.hstack(parts))


def make_reported(folder: Path, params: dict) -> None:
    """Write all that the report reads into ``folder``, which must be the current one. params: of the project."""
    params["sources"] = {"tango": {"video": "tango.mp4"}, "polka": {"video": "polka.mp4"}}
    write_params(folder, params)
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (64, 160, 3), np.uint8)

    for name, frames in FRAMES.items():
        stored = (StoredFrame(np.zeros((HEIGHT, WIDTH, 3), np.uint8), 0, t / 30) for t in range(frames))
        write_frames(folder / f"data/frames/{name}.parquet", stored, WIDTH, HEIGHT, FPS)
        about = {"width": WIDTH, "height": HEIGHT, "sha256": "0123456789abcdef", "sound": False}
        write_json(folder / f"data/frames/{name}.json", about)
        coverage = {"body": 1.0, "face": 0.5, "left_hand": 0.25, "right_hand": 0.125}
        write_json(folder / f"data/poses/{name}.json", {"detector": "d", "frames": 99, "coverage": coverage})
        track = PoseTrack(joints_of(frames, WIDTH, HEIGHT), np.arange(frames) / 30, FPS, WIDTH, HEIGHT, "d")
        write_track(folder / f"data/poses/{name}.parquet", track)
        write_track(folder / f"data/normalized/{name}.parquet", track)
    store = FrameStore(folder / "data/frames/target.parquet")
    write_camera(folder / "data/background/camera.parquet", still_camera(len(store), WIDTH, HEIGHT), store)
    warning = {"warnings": ["feet seen in <3 % of frames"]}
    fitted = {"method": "feet", "scale_far": 0.875, "scale_near": 1.25}
    write_json(folder / "data/normalized/tango.json", fitted | warning)
    write_json(folder / "data/normalized/polka.json", {"method": "none", "warnings": []})
    write_picture(folder / "reports/background/target.jpg", picture)
    for name in ("tango", "polka"):
        write_picture(folder / f"reports/normalize/{name}.png", picture)
        side_by_side(folder / f"reports/videos/{name}.mp4", [WIDTH], FRAMES[name])
        side_by_side(folder / f"reports/videos/{name}_side_by_side.mp4", [SOURCE, WIDTH, WIDTH], FRAMES[name])
    novelties = [pd.DataFrame({"source": name, "frame": range(FRAMES[name]),
                               "novelty": np.linspace(0.02, 0.05, FRAMES[name], dtype=np.float32)})
                 for name in ("tango", "polka")]
    (folder / "reports/preflight").mkdir()
    pd.concat(novelties).to_parquet(folder / "reports/preflight/novelty.parquet", index=False)
    side_by_side(folder / "reports/evaluate/held_out.mp4", [WIDTH] * 3, HELD_OUT)

    measures = [measure for columns in plots(LPIPS).values() for measure in columns.values()]
    first = FRAMES["target"] - HELD_OUT
    records = [{"frame": first + t, "time": t / 30} | dict(zip(measures, rng.uniform(size=99), strict=False))
               for t in range(HELD_OUT)]
    for record in records:
        record["pose_distance.hands"] = None
    table = to_table(records, LPIPS)
    table.to_parquet(folder / "reports/per_frame.parquet", index=False)
    write_json(folder / "reports/metrics.json", summarize(table))
    write_plots(folder / "reports/plots", table)
    write_picture(folder / "reports/evaluate/frames.png", picture)
    with Live(str(folder / "reports/train_body"), dvcyaml=False, report=None, save_dvc_exp=False) as live:
        for step in range(3):
            live.log_metric("body/l1", 1 / (step + 1))
            live.log_metric("body/d", 0.5)
            live.log_metric("body/learning_rate", 0.1)
            live.log_image(f"body/step_{step + 1:06d}.png", picture)
            live.next_step()
    (folder / "reports/train_face").mkdir()
    (folder / ".minutes").mkdir()
    for age, (stage, minutes) in enumerate(MINUTES.items()):
        (folder / ".minutes" / stage).write_text(str(minutes))
        os.utime(folder / ".minutes" / stage, (age, age))


def add_scores(folder: Path) -> dict:
    """Write what an evaluation measures in which tango, of the two sources, has a truth. -> its metrics."""
    rng = np.random.default_rng(1)
    columns = [name for name in frame_table({}, LPIPS) if "." in name]
    records = [{"frame": t, "time": t / 30} | dict(zip(columns, rng.uniform(size=99), strict=False))
               for t in range(0, FRAMES["tango"], 6)]
    table = frame_table({"tango": records}, LPIPS)
    table.to_parquet(folder / "reports/per_frame_transfer.parquet", index=False)
    metrics = json.loads((folder / "reports/metrics.json").read_text())
    metrics["transfer"] = summarize_sources(table)
    write_json(folder / "reports/metrics.json", metrics)
    write_picture(folder / "reports/evaluate/transfer/tango.png", np.full((64, 160, 3), 90, np.uint8))
    return metrics["transfer"]["tango"]
