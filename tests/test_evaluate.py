"""The evaluate stage on a few frames of the built-in target clip."""

import json
import shutil
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pandas as pd
import pytest
import torch
from found_people import link_networks
from ruamel.yaml import YAML
from still import still_camera

from pipeline.clips import paths
from pipeline.clips.camera import Camera, write_camera
from pipeline.clips.layout import BODY
from pipeline.clips.masks import write_masks
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.clips.warp import move_joints
from pipeline.detection.holistic import HolisticDetector
from pipeline.evaluate import main
from pipeline.evaluation.held_out import evaluate_held_out
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.records import plots, summarize, to_table
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.weights import save_weights, sha256
from pipeline.params import Pose, load_params
from pipeline.runtime.pictures import write_picture
from pipeline.user.cli import UserError
from pipeline.video.encode import video_writer

PROJECT = Path(__file__).parent.parent
FPS = Fraction(30)
STORED, SIZE, FACE_SIZE = 256, 128, 32  # px: of frames, of the window that is generated, of crops
FRAMES, CUT = 20, 16  # the clip jumps before frame CUT
FIRST = 12
POSE = Pose(min_confidence=0.3, median_window=3, max_gap=2, cutoff=None)
KEYPOINTS = load_params(Path(__file__).parents[1] / "params.yaml").keypoints


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    """A project's folder with ``data`` of FRAMES frames of the target clip, 256x256, in two shots.

    The camera stands still, and the plate is grey: in front of it nobody is taken for a person.
    """
    folder = tmp_path_factory.mktemp("clip")
    with av.open(PROJECT / "data/raw/target/video.mp4") as video:
        pictures = [
            cv2.resize(frame.to_ndarray(format="rgb24"), (STORED, STORED), interpolation=cv2.INTER_AREA)
            for frame, _ in zip(video.decode(video=0), range(FRAMES), strict=False)
        ]
    frames = (StoredFrame(picture, int(t >= CUT), float(t / FPS)) for t, picture in enumerate(pictures))
    write_frames(folder / "data/frames/target.parquet", frames, STORED, STORED, FPS)
    store = FrameStore(folder / "data/frames/target.parquet")
    detector = HolisticDetector(0.5, 0.5)
    joints = np.stack([detector.detect(picture) for picture in store])
    track = PoseTrack(joints, store.times, FPS, STORED, STORED, detector.name)
    for path in (paths.poses("target"), paths.STABLE_POSES):
        write_track(folder / path, track)
    write_camera(folder / paths.CAMERA, still_camera(FRAMES, STORED, STORED), store)
    write_picture(folder / paths.PLATE, np.full((STORED, STORED, 3), 128, np.uint8))
    return folder


@pytest.fixture(scope="module")
def lpips():
    return Lpips("stlpips_alex", None, torch.device("cpu"))


@dataclass
class Playback:
    """Renders the clip's own frames, as a perfect network would, disturbed by ``change(number, picture)``."""

    clip: StableClip
    change: callable = lambda t, picture: picture

    def render(self, track, shots, cameras):
        numbers = np.rint(track.times * float(FPS)).astype(int)
        np.testing.assert_array_equal(shots, self.clip.store.shots[numbers])
        np.testing.assert_array_equal(cameras, self.clip.camera.to_canvas[numbers])
        for t in numbers:
            picture = self.clip.store.read(int(t))
            yield np.zeros_like(picture), self.change(t, picture)


def measured(clip, lpips, change, joints=lambda joints: joints, pose=POSE, camera=None):
    store = FrameStore(clip / paths.frames("target"))
    track = read_track(clip / paths.STABLE_POSES)
    track = track.with_joints(joints(track.joints.copy()))
    camera = still_camera(FRAMES, STORED, STORED) if camera is None else camera
    target = StableClip(store, camera, np.zeros((camera.height, camera.width, 3), np.uint8))
    shown: list[np.ndarray] = []
    player = Playback(target, change)
    records, examples = evaluate_held_out(track, FIRST, player, lpips, KEYPOINTS, pose, shown.append)
    assert [picture.shape for picture in shown] == [(STORED, 3 * STORED, 3)] * len(records)
    np.testing.assert_array_equal(shown[0][:, :STORED], store.read(FIRST))  # real, pose, generated
    return to_table(records, lpips.name), examples


@pytest.fixture(scope="module")
def perfect(clip, lpips):
    return measured(clip, lpips, lambda t, picture: picture)


def test_perfect_frames_have_perfect_scores(perfect):
    metrics = summarize(perfect[0])
    assert metrics["body"]["ssim"] == metrics["face"]["ssim"] == 1
    assert metrics["body"]["stlpips_alex"] == metrics["face"]["stlpips_alex"] == 0
    assert metrics["pose_distance"]["body"] == metrics["pose_distance"]["overall"] == 0
    assert set(metrics["missed_detections"].values()) == {0}
    assert metrics["temporal"]["difference_error"] == 0
    assert metrics["temporal"]["flicker"] == metrics["temporal"]["flicker_real"]
    assert metrics["temporal"]["warp_error"] == metrics["temporal"]["warp_error_real"]


def test_measures_the_held_out_frames_and_no_pair_across_a_cut(perfect):
    table, examples = perfect
    assert table["frame"].tolist() == list(range(FIRST, FRAMES))
    assert table["time"].tolist() == pytest.approx([t / 30 for t in range(FIRST, FRAMES)])
    without_pair = table["frame"][table["temporal.difference_error"].isna()].tolist()
    assert without_pair == [FIRST, CUT]
    assert summarize(table)["frames"]["pairs"] == FRAMES - FIRST - 2
    assert [example.frame for example in examples][:: len(examples) - 1] == [FIRST, FRAMES - 1]


def test_a_worse_picture_has_worse_scores(clip, lpips, perfect):
    blurred = summarize(measured(clip, lpips, lambda t, picture: cv2.GaussianBlur(picture, (0, 0), 3))[0])
    blank = summarize(measured(clip, lpips, lambda t, picture: np.full_like(picture, 128))[0])
    for crop in ("body", "face"):
        assert 1 > blurred[crop]["ssim"] > blank[crop]["ssim"]
        assert 0 < blurred[crop][lpips.name] < blank[crop][lpips.name]
    assert blurred["pose_distance"]["body"] > 0
    seen = perfect[0]["missed_detections.body"].count()
    assert blank["missed_detections"]["body"] >= 20 and seen == FRAMES - FIRST
    assert "pose_distance" not in blank


def test_uncertain_detections_do_not_count(clip, lpips):
    store = FrameStore(clip / "data/frames/target.parquet")
    detector = HolisticDetector(0.5, 0.5)
    found = [detector.detect(store.read(t))[BODY, 2] for t in range(FIRST, FRAMES)]
    limit = float(np.median(found))
    pose = POSE.model_copy(update={"min_confidence": limit})
    table, _ = measured(clip, lpips, lambda t, picture: np.full_like(picture, 128), pose=pose)
    assert table["missed_detections.body"].tolist() == [(frame >= limit).sum() for frame in found]
    assert np.count_nonzero(np.array(found) >= limit) < np.count_nonzero(found)


def test_sees_flicker(clip, lpips):
    metrics = summarize(measured(clip, lpips, lambda t, picture: picture // 2 + np.uint8(20 * (t % 2)))[0])
    assert metrics["temporal"]["flicker"] == pytest.approx(20, abs=1)
    assert metrics["temporal"]["difference_error"] == pytest.approx(20, abs=1)
    assert metrics["temporal"]["flicker_real"] < 1


def test_crops_are_around_the_input_pose(clip, lpips):
    """An error in a corner far from the person costs neither crop anything."""

    def spoil(t, picture):
        spoilt = picture.copy()
        spoilt[:16, :16] = 255 - spoilt[:16, :16]
        return spoilt

    metrics = summarize(measured(clip, lpips, spoil)[0])
    assert metrics["body"]["ssim"] == metrics["face"]["ssim"] == 1


def test_frames_of_a_camera_that_moves_are_measured_as_they_were_filmed(clip, lpips, perfect):
    """Poses in the canvas, where they lie elsewhere: crops and scores are those of the frames."""
    shifts = np.array([[[1.0, 0, 3 + 4 * np.sin(t)], [0, 1.0, 5 + 3 * np.cos(t)], [0, 0, 1]] for t in range(FRAMES)])
    pose = POSE.model_copy(update={"median_window": 1, "max_gap": 0})  # smoothed here or there is not the same
    same = lambda t, picture: picture // 2  # noqa: E731
    moved, moved_examples = measured(
        clip, lpips, same, lambda joints: move_joints(joints, shifts), pose, Camera(shifts, STORED + 20, STORED + 20)
    )
    still, still_examples = measured(clip, lpips, same, pose=pose)
    pd.testing.assert_frame_equal(moved, still)
    for a, b in zip(moved_examples, still_examples, strict=True):
        np.testing.assert_array_equal(a.face, b.face)


def test_without_any_input_pose_there_are_no_crops(clip, lpips):
    metrics = summarize(measured(clip, lpips, lambda t, picture: picture, np.zeros_like)[0])
    assert "body" not in metrics and "face" not in metrics
    assert metrics["frames"]["body"] == metrics["frames"]["face"] == 0


@pytest.fixture
def workspace(clip, tmp_path, monkeypatch, default_params) -> Path:
    """A project's folder with that clip, random networks, and parameters to fit; the current folder."""
    shutil.copytree(clip / "data", tmp_path / "data")
    default_params["split"] = {"holdout": 0.4, "gap": 2}
    default_params["face"]["size"] = FACE_SIZE
    default_params["sources"] = {"dancer": {"video": "dancer.mp4"}}
    write_params(tmp_path, default_params)
    torch.manual_seed(0)
    body = {"temporal": True, "ngf": 2, "downsamplings": 2, "blocks": 1, "enhancer_blocks": None, "layered": True,
            "borders": True}
    face = {"ngf": 2, "downsamplings": 2, "blocks": 1}
    header = {"architecture": body, "view": {"window": "person", "width": SIZE, "height": SIZE}, "precision": "fp32"}
    save_weights(tmp_path / "models/body.safetensors", BodyGenerator(**body).state_dict(), header)
    header = {"enabled": True, "architecture": face, "size": FACE_SIZE, "hands": True}
    header["body"] = sha256(tmp_path / "models/body.safetensors")
    save_weights(tmp_path / "models/face.safetensors", FaceGenerator(**face).state_dict(), header)
    link_networks(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def write_params(folder, params):
    with (folder / "params.yaml").open("w") as file:
        YAML().dump(params, file)


def made(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in (folder / "reports").rglob("*")
        if path.is_file()
    }


def test_stage_writes_everything_and_the_same_bytes_again(workspace, capsys):
    main()
    out = capsys.readouterr().out
    first = made(workspace)
    assert {str(path.relative_to("reports")) for path in first} == {
        "metrics.json", "summary.json", "per_frame.parquet", "per_frame_transfer.parquet", "evaluate/frames.png",
        "evaluate/held_out.mp4",
        *(f"plots/{plot.name}.json" for plot in plots("stlpips_alex")),
    }  # fmt: skip
    metrics = json.loads(first[Path("reports/metrics.json")])
    assert metrics["frames"]["held_out"] == 8 and "transfer" not in metrics
    table = pd.read_parquet(workspace / "reports/per_frame.parquet")
    for group in ("body", "face", "missed_detections", "temporal"):
        for name, value in metrics[group].items():
            assert value == pytest.approx(table[f"{group}.{name}"].mean())
    assert 0 < metrics["body"]["ssim"] < 0.9 and metrics["missed_detections"]["body"] > 10
    for words in (
        "T.S. + Face",
        "this run (T.S. + Face with person's window, plate, ",
        "8 held-out frames at 256x256",
        "do not compare",
        "reports/metrics.json",
        "not measured: pose distance of",
    ):
        assert words in out
    main()
    assert made(workspace) == first


def test_refuses_a_clip_with_too_few_held_out_frames(workspace, default_params):
    default_params["split"] = {"holdout": 0.05, "gap": 2}
    write_params(workspace, default_params)
    with pytest.raises(UserError, match="20 frames with a person, too few"):
        main()
    assert not (workspace / "reports").exists()


def test_says_what_is_missing_before_any_work(workspace):
    (workspace / "models/face.safetensors").unlink()
    with pytest.raises(UserError, match="models/face.safetensors is missing"):
        main()
    assert not (workspace / "reports").exists()


def test_names_the_missing_lpips_weights(workspace, default_params):
    default_params["evaluate"] |= {"lpips": "alex", "lpips_weights": "alex.pth"}
    write_params(workspace, default_params)
    with pytest.raises(UserError, match="alex.pth, named by evaluate.lpips_weights, is missing"):
        main()
    assert not (workspace / "reports").exists()


@pytest.fixture
def truth(workspace, default_params) -> Path:
    """The workspace with a source that is the target itself, perfectly transferred, and its truth."""
    store = FrameStore(workspace / "data/frames/target.parquet")
    track = read_track(workspace / "data/poses/target.parquet")
    shutil.copy(store.path, workspace / "data/frames/dancer.parquet")
    write_track(workspace / "data/poses/dancer.parquet", track.with_joints(track.joints + np.array([12, 0, 0])))
    write_track(workspace / "data/normalized/dancer.parquet", track.with_joints(track.joints + np.array([4, 0, 0])))
    folder = workspace / "data/raw/truth/dancer"
    with video_writer(folder / "video.mp4", FPS, 10) as write:
        for picture in store:
            write(picture)
    write_track(folder / "poses.parquet", track)
    mask = np.zeros((STORED, STORED), bool)
    mask[60:240, 90:170] = True
    write_masks(folder / "masks.parquet", [mask] * FRAMES)
    write_result(workspace, store)
    default_params["sources"] |= {"dancer": {"video": "dancer.mp4", "truth": "data/raw/truth/dancer"}}
    default_params["sources"] |= {"without": {"video": "without.mp4"}}
    default_params["pose"] |= {"median_window": 1, "max_gap": 0, "cutoff": None}
    write_params(workspace, default_params)
    return folder


def write_result(workspace, pictures, fps=FPS):
    with video_writer(workspace / "reports/videos/dancer.mp4", fps, 10) as write:
        for picture in pictures:
            write(picture)


def test_a_transfer_with_a_truth_is_scored_and_the_same_bytes_again(truth, workspace, capsys):
    main()
    out = capsys.readouterr().out
    first = made(workspace)
    transfer = json.loads(first[Path("reports/metrics.json")])["transfer"]
    assert set(transfer) == {"dancer"}
    dancer = transfer["dancer"]
    assert dancer["frame"]["psnr"] > 30 and dancer["mask"]["ssim"] > 0.95
    assert dancer["joints"] == pytest.approx({"normalized": 4, "raw": 12, "ratio": 3}, abs=0.05)
    assert dancer["true_poses"]["box"]["psnr"] < dancer["box"]["psnr"] - 5  # the network is a random one
    table = pd.read_parquet(workspace / "reports/per_frame_transfer.parquet")
    assert table["source"].tolist() == ["dancer"] * FRAMES and table["frame"].tolist() == list(range(FRAMES))
    for baseline in ("empty_background", "nearest_pose", "mean_frame"):
        scores = dancer["baselines"][baseline]["box"]
        assert scores["psnr"] < dancer["box"]["psnr"]
        assert scores["psnr"] == pytest.approx(table[f"baselines.{baseline}.box.psnr"].mean())
    assert dancer["true_poses"]["box"]["psnr"] == pytest.approx(table["true_poses.box.psnr"].mean())
    for words in ("dancer: person mask", "nearest pose", "from the true poses", "3.00 times as far"):
        assert words in out
    sheet = cv2.imread(str(workspace / "reports/evaluate/transfer/dancer.png"))
    assert sheet.shape[1] == 6 * (STORED + 6)
    main()
    assert made(workspace) == first


def test_a_measure_needs_nothing_but_its_place_in_the_registry(invented, truth, workspace, capsys):
    main()
    out = capsys.readouterr().out
    table = pd.read_parquet("reports/per_frame.parquet")
    metrics, summary = (json.loads(Path(f"reports/{name}.json").read_text()) for name in ("metrics", "summary"))
    curves = pd.read_json("reports/plots/brightness.json")
    for crop in ("body", "face"):
        column = table[f"{crop}.brightness"]
        assert column.between(1, 254).all()
        assert metrics[crop]["brightness"] == summary[crop]["brightness"] == pytest.approx(column.mean())
        assert curves[crop].to_numpy() == pytest.approx(column.to_numpy(), abs=1e-6)
    frames = pd.read_parquet("reports/per_frame_transfer.parquet")
    dancer = metrics["transfer"]["dancer"]
    assert dancer["frame"]["brightness"] == pytest.approx(frames["frame.brightness"].mean())
    assert dancer["baselines"]["mean_frame"]["mask"]["brightness"] > 0
    assert summary["transfer"]["dancer"]["mask"]["brightness"] == dancer["mask"]["brightness"]
    assert f"{metrics['face']['brightness']:.5f}" in out and f"{dancer['frame']['brightness']:.5f}" in out


def test_refuses_a_truth_of_another_length_before_any_work(truth, workspace):
    with video_writer(truth / "video.mp4", 2 * FPS, 10) as write:
        for picture in FrameStore(workspace / "data/frames/target.parquet"):
            write(picture)
    with pytest.raises(UserError, match="sources.dancer.truth, data/raw/truth/dancer, lasts 0.33 s, 10 frames at 30 "
                                        "frames/s, but the source has 20"):
        main()
    assert not (workspace / "reports/metrics.json").exists()


def test_refuses_a_result_of_other_poses_or_another_size(truth, workspace):
    picture = np.zeros((STORED, STORED, 3), np.uint8)
    write_result(workspace, [picture] * 7)
    with pytest.raises(UserError, match="dancer.mp4 has 7 frames of 256x256 px, but there are 20 poses.*dvc repro"):
        main()
    write_result(workspace, [picture[:64]] * FRAMES)
    told = "has 20 frames of 256x64 px, but there are 20 poses and the target's frames have 256x256 px"
    with pytest.raises(UserError, match=told):
        main()


def test_refuses_poses_of_another_clip_before_any_work(workspace):
    track = read_track(paths.STABLE_POSES)
    write_track(paths.STABLE_POSES, replace(track, joints=track.joints[:7], times=track.times[:7]))
    with pytest.raises(UserError, match="data/background/poses.parquet has 7 poses for the 20 frames of data/frames/"):
        main()
    assert not (workspace / "reports").exists()


def test_says_which_file_of_the_truth_is_missing(truth, workspace):
    (truth / "masks.parquet").unlink()
    with pytest.raises(UserError, match="data/raw/truth/dancer/masks.parquet is missing"):
        main()
    assert not (workspace / "reports/metrics.json").exists()
