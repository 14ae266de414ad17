"""Stage normalize on made-up walkers."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from ruamel.yaml import YAML

from pipeline.clips.store import StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, read_track, write_track
from pipeline.normalization.limbs import LIMBS
from pipeline.normalize import main
from pipeline.user.cli import UserError

SHAPE = np.random.default_rng(0).uniform((-0.2, 0), (0.2, 0.9), (137, 2))
SHAPE[[11, 14]] = (-0.07, 0), (0.07, 0)
SHAPE[0] = 0, 0.9
SHAPE[[2, 5]] = (-0.15, 0.75), (0.15, 0.75)  # shoulders, seen from the front


def walker(frames, height, row, size, fps):
    """Somebody ``height`` px tall around foot row ``row``, coming nearer and going away by a tenth of it."""
    nearness = 1 + 0.1 * np.sin(np.linspace(0, 12, frames))[:, None]
    columns = size[0] / 2 + height * nearness * SHAPE[:, 0]
    rows = row * nearness - height * nearness * SHAPE[:, 1]
    joints = np.stack([columns, rows, np.ones_like(rows)], axis=-1).astype(np.float32)
    return PoseTrack(joints, np.arange(frames) / float(fps), fps, *size, "made up")


@pytest.fixture
def workspace(tmp_path, project, monkeypatch):
    """The current folder: params.yaml, poses of a target in 512x512 px, of a dancer in 300x400 px."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(project / "params.yaml", tmp_path)
    for clip, frames, poses, person in (("target", 90, "background/poses", (300, 440, (512, 512), Fraction(30))),
                                        ("dancer", 60, "poses/dancer", (120, 330, (300, 400), Fraction(25)))):
        write_track(tmp_path / f"data/{poses}.parquet", walker(frames, *person))
        stored = [StoredFrame(np.zeros((16, 16, 3), np.uint8), 0, t / 30) for t in range(frames)]
        write_frames(tmp_path / f"data/frames/{clip}.parquet", stored, 16, 16, Fraction(30))
    return tmp_path


def with_cut(frames):
    """The dancer's clip cut to a closer view for its last ``frames``: twice as large, the camera lower."""
    path = Path("data/poses/dancer.parquet")
    track = read_track(path)
    joints = np.array(track.joints)
    joints[-frames:, :, :2] = joints[-frames:, :, :2] * 2 - (150, 250)
    write_track(path, replace(track, joints=joints))
    stored = [StoredFrame(np.zeros((16, 16, 3), np.uint8), int(t >= 60 - frames), t / 30) for t in range(60)]
    write_frames(Path("data/frames/dancer.parquet"), stored, 16, 16, Fraction(30))


def outputs():
    paths = [path for folder in ("data/normalized", "reports") for path in Path(folder).rglob("*.*")]
    return {str(path): path.read_bytes() for path in paths}


def test_poses_fit_and_plot(workspace):
    command = [sys.executable, "-m", "pipeline.normalize", "dancer"]
    result = subprocess.run(command, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    made = outputs()
    assert sorted(made) == [
        "data/normalized/dancer.json", "data/normalized/dancer.parquet", "reports/normalize/dancer.png",
    ]  # fmt: skip
    assert "data/normalized/dancer.parquet" in result.stdout
    assert "reports/normalize/dancer.png" in result.stdout

    track = read_track(workspace / "data/normalized/dancer.parquet")
    assert (len(track), track.width, track.height, track.fps) == (60, 512, 512, Fraction(25))
    np.testing.assert_allclose(track.times, np.arange(60) / 25)
    heights = track.joints[:, 14, 1] - track.joints[:, 0, 1]
    assert np.median(heights) == pytest.approx(0.9 * 300, rel=0.05)
    assert np.median(track.joints[:, 14, 1]) == pytest.approx(440, abs=15)
    assert np.median(track.joints[:, 0, 0]) == pytest.approx(256, abs=2)

    fit = json.loads(made["data/normalized/dancer.json"])
    assert fit["warnings"] == [] and fit["method"] == "limbs"
    ratios = {name: limb["ratio"] for name, limb in fit["limbs"].items()}
    assert ratios == pytest.approx(dict.fromkeys(LIMBS, 1), rel=0.02)
    assert all(limb[clip]["frames"] >= 30 for limb in fit["limbs"].values() for clip in ("source", "target"))
    for person in ("source", "target"):
        assert fit[person]["far"] < fit[person]["median"] < fit[person]["near"]
        assert fit[person]["coverage"] == 1
    assert fit["scale_far"] == pytest.approx(300 / 120, rel=0.1)

    picture = cv2.imdecode(np.frombuffer(made["reports/normalize/dancer.png"], np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (800, 1600, 3)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 20

    main("dancer")
    assert outputs() == made


def test_other_limbs_are_mended_by_limbs_and_kept_by_feet(workspace):
    dancer = walker(60, 120, 330, (300, 400), Fraction(25))
    for elbow, wrist in ((3, 4), (6, 7)):  # forearms half as long again
        dancer.joints[:, wrist] += 0.5 * (dancer.joints[:, wrist] - dancer.joints[:, elbow])
    write_track(workspace / "data/poses/dancer.parquet", dancer)
    params, lengths = YAML(typ="safe").load(workspace / "params.yaml"), {}
    for method in ("feet", "limbs"):
        params["normalize"]["method"] = method
        YAML().dump(params, workspace / "params.yaml")
        main("dancer")
        joints = read_track(workspace / "data/normalized/dancer.parquet").joints
        lengths[method] = np.linalg.norm(joints[:, 7, :2] - joints[:, 6, :2], axis=1)
        fit = json.loads((workspace / "data/normalized/dancer.json").read_text())
        assert ("limbs" in fit) == (method == "limbs")
    assert fit["limbs"]["forearm"]["ratio"] == pytest.approx(1 / 1.5, rel=0.02)
    ratios = lengths["feet"] / lengths["limbs"]  # near and far the two place the dance a little differently
    assert np.median(ratios) == pytest.approx(1.5, rel=0.02)
    np.testing.assert_allclose(ratios, 1.5, rtol=0.05)


def test_method_none_only_scales_the_picture(workspace):
    params = YAML(typ="safe").load(workspace / "params.yaml")
    params["normalize"]["method"] = "none"
    params["pose"] |= {"median_window": 1, "cutoff": None}
    YAML().dump(params, workspace / "params.yaml")
    main("dancer")
    source = read_track(workspace / "data/poses/dancer.parquet").joints
    result = read_track(workspace / "data/normalized/dancer.parquet").joints
    scale = 512 / 400
    np.testing.assert_allclose(result[..., 1], scale * source[..., 1], rtol=1e-5)
    np.testing.assert_allclose(result[..., 0] - 256, scale * (source[..., 0] - 150), atol=1e-3)
    assert (workspace / "reports/normalize/dancer.png").is_file()


def test_doubts_are_printed_and_kept(workspace, capsys):
    still = walker(60, 120, 330, (300, 400), Fraction(25))
    still.joints[:] = still.joints[:1]
    write_track(workspace / "data/poses/dancer.parquet", still)
    main("dancer")
    kept = json.loads((workspace / "data/normalized/dancer.json").read_text())["warnings"]
    assert len(kept) == 1 and "0.0 px" in kept[0]
    assert f"warning: {kept[0]}" in capsys.readouterr().err


def test_feet_never_seen_are_refused_and_nothing_is_written(workspace):
    track = walker(60, 120, 330, (300, 400), Fraction(25))
    track.joints[:, [11, 14]] = 0
    write_track(workspace / "data/poses/dancer.parquet", track)
    with pytest.raises(UserError, match="the feet of dancer cannot be fitted"):
        main("dancer")
    assert outputs() == {}


@pytest.mark.parametrize("name, words", [
    ("target", "names no source 'target'"),
    ("nobody", "names no source 'nobody'"),
])  # fmt: skip
def test_wrong_names(workspace, name, words):
    with pytest.raises(UserError, match=words):
        main(name)
    assert outputs() == {}


def test_poses_not_detected_yet(workspace):
    (workspace / "data/background/poses.parquet").unlink()
    with pytest.raises(UserError, match="data/background/poses.parquet is missing"):
        main("dancer")


def test_each_view_of_a_clip_with_cuts_is_fitted_by_itself(workspace, capsys):
    main("dancer")
    whole = np.asarray(read_track(Path("data/normalized/dancer.parquet")).joints)
    with_cut(25)
    main("dancer")
    out = capsys.readouterr().out
    assert "shots 0: scale" in out and "shots 1: scale" in out
    summary = json.loads(Path("data/normalized/dancer.json").read_text())
    assert [(view["shots"], view["frames"]) for view in summary["views"]] == [([0], 35), ([1], 25)]
    far, near = summary["views"][0]["scale_far"], summary["views"][1]["scale_far"]
    assert near == pytest.approx(far / 2, rel=0.1)
    cut = np.asarray(read_track(Path("data/normalized/dancer.parquet")).joints)
    heights = np.ptp(cut[..., 1], axis=1) / np.ptp(whole[..., 1], axis=1)
    assert np.abs(heights - 1).max() < 0.1


def test_a_source_may_have_a_method_of_its_own(workspace, project):
    yaml = YAML()
    params = yaml.load(project / "params.yaml")
    params["sources"]["dancer"]["normalize"] = "none"
    yaml.dump(params, workspace / "params.yaml")
    main("dancer")
    summary = json.loads(Path("data/normalized/dancer.json").read_text())
    assert summary["method"] == "none" and params["normalize"]["method"] == "limbs"
