"""RTMPose's backend on a network that the test makes: it finds the brightest column and row of each colour."""

from fractions import Fraction

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from pipeline.backends import rtmpose
from pipeline.backends.registry import BACKENDS
from pipeline.backends.rtmpose import DEVIATION, MEAN, WholeBodyNetwork, joints_of
from pipeline.clips import layout
from pipeline.clips.layout import BODY, FACE, LEFT_HAND, MID_HIP, NECK, RIGHT_HAND
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.detection.square import Square
from pipeline.params import Keypoints
from pipeline.user.cli import UserError

WIDTH, HEIGHT = 72, 96


def network(path, points=133):
    """Point i is where colour i % 3 is brightest; the distributions are in [0, 1] for pictures in 0..255."""
    colours = np.zeros((points, 3), np.float32)
    colours[np.arange(points), np.arange(points) % 3] = 1
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    mean = constant("mean", (MEAN / 255).astype(np.float32).reshape(1, 3, 1, 1))
    deviation = constant("deviation", (DEVIATION / 255).astype(np.float32).reshape(1, 3, 1, 1))
    nodes.append(helper.make_node("Mul", ["picture", deviation], ["scaled"]))
    nodes.append(helper.make_node("Add", ["scaled", mean], ["values"]))
    for name, axis, size in (("columns", 2, WIDTH), ("rows", 3, HEIGHT)):
        axes = constant(f"{name}_axes", np.array([axis], np.int64))
        nodes.append(helper.make_node("ReduceMax", ["values", axes], [f"{name}_best"], keepdims=0))
        finer = np.zeros((size, 2 * size), np.float32)
        finer[np.arange(size), 2 * np.arange(size)] = 1  # two places a px
        nodes.append(helper.make_node("MatMul", [f"{name}_best", constant(f"{name}_finer", finer)], [f"{name}_fine"]))
        nodes.append(helper.make_node("MatMul", [constant(f"{name}_colours", colours[None]), f"{name}_fine"], [name]))
    graph = helper.make_graph(
        nodes, "test", [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, HEIGHT, WIDTH])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, points, 2 * size])
         for name, size in (("columns", WIDTH), ("rows", HEIGHT))], constants)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10), path)
    return path


def keypoints(weights):
    return Keypoints(backend="rtmpose", weights=str(weights), min_detection_confidence=0.5, min_tracking_confidence=0.3)


SPOTS = {0: (120, 80), 1: (150, 140), 2: (90, 200)}  # of red, green and blue, px of the frame


def picture():
    frame = np.zeros((256, 256, 3), np.uint8)
    for colour, (x, y) in SPOTS.items():
        frame[y - 3 : y + 4, x - 3 : x + 4, colour] = 250
    return frame


def test_points_are_where_the_distributions_are_highest_in_px_of_the_frame(tmp_path):
    found = WholeBodyNetwork(network(tmp_path / "net.onnx")).points(picture(), Square(128, 128, 192))
    for point in range(133):
        assert np.linalg.norm(found[point, :2] - SPOTS[point % 3]) < 4
        assert 0.9 < found[point, 2] <= 1


def test_the_layout_has_each_point_once_in_its_place():
    points = np.column_stack([np.arange(133), 1000 + np.arange(133), np.linspace(0.1, 0.9, 133)])
    joints = joints_of(points)
    assert joints[layout.NOSE, 0] == 0 and joints[layout.LEFT_WRIST, 0] == 9 and joints[layout.RIGHT_ANKLE, 0] == 16
    assert joints[NECK, 0] == 5.5 and joints[MID_HIP, 0] == 11.5
    assert joints[layout.LEFT_BIG_TOE, 0] == 17 and joints[layout.RIGHT_HEEL, 0] == 22
    np.testing.assert_array_equal(joints[FACE, 0][:68], np.arange(23, 91))
    np.testing.assert_allclose(joints[FACE, 0][68:], [23 + np.arange(36, 42).mean(), 23 + np.arange(42, 48).mean()])
    np.testing.assert_array_equal(joints[LEFT_HAND, 0], np.arange(91, 112))
    np.testing.assert_array_equal(joints[RIGHT_HAND, 0], np.arange(112, 133))
    used = np.concatenate([joints[BODY, 0], joints[FACE, 0][:68], joints[LEFT_HAND, 0], joints[RIGHT_HAND, 0]])
    assert set(range(133)) <= set(used[used == used.astype(int)].astype(int).tolist())
    points[5, 2] = 0  # one of the two that the neck lies between
    assert (joints_of(points)[NECK] == 0).all()


def test_a_clip_is_followed_with_it(tmp_path, project):
    """The demo's dancer is found as ever; the network's points are the brightest places of the square around him."""
    import av

    with av.open(str(project / "data/raw/dancer/video.mp4")) as file:
        frames = [frame.to_ndarray(format="rgb24") for frame, _ in zip(file.decode(video=0), range(4), strict=False)]
    path = tmp_path / "data/frames/tango.parquet"
    write_frames(path, [StoredFrame(frame, 0, t / 30) for t, frame in enumerate(frames)], 512, 512, Fraction(30))
    params = keypoints(network(tmp_path / "net.onnx"))
    found = list(BACKENDS["rtmpose"].detect(FrameStore(path), params, "largest"))
    assert [one.frame for one in found] == [0, 1, 2, 3] and not any(one.crowded for one in found)
    for one in found:
        seen = one.joints[:, 2] > 0
        assert seen.sum() > 100 and ((one.joints[seen, :2] >= 0) & (one.joints[seen, :2] <= 512)).all()


def test_nobody_has_no_joints(tmp_path):
    path = tmp_path / "data/frames/tango.parquet"
    write_frames(path, [StoredFrame(picture(), 0, t / 30) for t in range(3)], 256, 256, Fraction(30))
    found = list(rtmpose.detect(FrameStore(path), keypoints(network(tmp_path / "net.onnx")), "largest"))
    assert len(found) == 3 and not any(one.joints.any() for one in found)


def test_what_is_wrong_with_a_weight_file_is_told(tmp_path):
    with pytest.raises(UserError, match="gone.onnx, keypoints.weights, is missing"):
        WholeBodyNetwork(tmp_path / "gone.onnx")
    (tmp_path / "no.onnx").write_bytes(b"no network")
    with pytest.raises(UserError, match="no.onnx is no network that ONNX Runtime can run"):
        WholeBodyNetwork(tmp_path / "no.onnx")
    with pytest.raises(UserError, match="other.onnx is no whole-body network of 133 points"):
        WholeBodyNetwork(network(tmp_path / "other.onnx", points=17))


def test_without_onnx_runtime_it_says_what_to_install(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(UserError, match="needs ONNX Runtime: pip install onnxruntime"):
        WholeBodyNetwork(network(tmp_path / "net.onnx"))
