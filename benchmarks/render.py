"""How many frames a second a transfer makes: the engine's, the method's written plainly, and the bare generator's.

    python -m benchmarks.render --size 512x256 --ngf 64 --blocks 9 --precision bf16

Random weights, the whole frame in one window, without a plate, as in the method; a face generator of the default size,
for faces only; the poses of the demo's true clip. Engine and reference render the
same frames and write both videos, in turns; the bare generator is the engine's, without anything around it. First the
engine's generator is compared with the reference's, which is float32, each frame after the reference's frame before.
"""

import argparse
import math
from contextlib import ExitStack, closing
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import torch
from tqdm import trange

from benchmarks.machine import describe, matmul_peak, peak_memory, synchronize
from benchmarks.reference_render import ReferenceRendering
from benchmarks.target import still_clip
from pipeline.clips.stable import StableClip
from pipeline.clips.store import FrameStore, StoredFrame, write_frames
from pipeline.clips.track import PoseTrack, read_track
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.networks.pictures import on_device
from pipeline.networks.weights import save_weights, sha256
from pipeline.params import load_params
from pipeline.pose.picture import draw_pose
from pipeline.rendering.render import Renderer
from pipeline.runtime.devices import keep_freed_memory, pick_device
from pipeline.transfer import transfer
from pipeline.video.encode import video_writer
from pipeline.video.fit import fit_into
from pipeline.video.probe import probe
from pipeline.video.read import read_pictures

CLIP = Path("data/raw/truth/dancer")
FPS, CRF = Fraction(30), 18
LOWEST_PSNR = 40  # dB


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", default="512x256", help="WxH of the pictures")
    parser.add_argument("--ngf", type=int, default=64, help="filters of the generator's first layer")
    parser.add_argument("--blocks", type=int, default=9, help="its residual blocks")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--frames", type=int, default=6, help="frames a round")
    parser.add_argument("--rounds", type=int, default=3, help="timed rounds, after one to warm up")
    options = parser.parse_args()
    device = pick_device(options.device)
    width, height = map(int, options.size.split("x"))
    print(f"{describe(device)}; {options.size}, ngf {options.ngf}, {options.blocks} blocks, {options.precision}")
    print(", ".join(f"matmul peak {name} {matmul_peak(device, dtype) / 1e9:.0f} GFLOP/s"
                    for name, dtype in (("fp32", torch.float32), ("bf16", torch.bfloat16))))
    keep_freed_memory()
    with TemporaryDirectory() as name:
        folder = Path(name)
        make_weights(folder, width, height, options)
        track, source = load_clip(folder, width, height, options.frames)
        clip = make_clip(folder, width, height)
        renderer = Renderer(folder / "body.safetensors", folder / "face.safetensors", clip, device)
        reference = ReferenceRendering(
            folder / "body.safetensors", folder / "face.safetensors", track.joints, FPS, source, folder, device
        )
        compare(renderer, reference, track)
        works = {
            "reference": lambda: plainly(reference, len(track)),
            "engine": lambda: by_engine(renderer, track, source, folder),
            "generator": lambda: bare(renderer, track),
        }
        seconds = {kind: [] for kind in works}
        for _ in trange(options.rounds + 1, desc="rounds"):
            for kind, work in works.items():
                start = perf_counter()
                work()
                synchronize(device)
                seconds[kind].append(perf_counter() - start)
    rates = {kind: options.frames / median(values[1:]) for kind, values in seconds.items()}
    for kind, rate in rates.items():
        times = " ".join(f"{value / options.frames * 1000:.0f}" for value in seconds[kind][1:])
        print(f"{kind}: {rate:.2f} frames/s (ms a frame: {times})")
    print(f"engine / bare generator: {rates['engine'] / rates['generator']:.2f}; "
          f"peak memory {peak_memory(device):.1f} GB")
    print(f"ratio: {rates['engine'] / rates['reference']:.2f}")


def make_weights(folder: Path, width: int, height: int, options: argparse.Namespace) -> None:
    """Random weights of both generators, as the training stages would save them."""
    torch.manual_seed(0)
    body, face = folder / "body.safetensors", folder / "face.safetensors"
    architecture = {
        "temporal": True, "ngf": options.ngf, "downsamplings": 4, "blocks": options.blocks, "enhancer_blocks": None
    }
    save_weights(body, BodyGenerator(**architecture).state_dict(), {
        "architecture": architecture, "view": {"window": "frame", "width": width, "height": height},
        "precision": options.precision,
    })
    default = load_params().face
    architecture = default.generator.model_dump()
    save_weights(face, FaceGenerator(**architecture).state_dict(), {
        "enabled": True, "body": sha256(body), "architecture": architecture, "size": default.size,
        "hands": False,
    })


def make_clip(folder: Path, width: int, height: int) -> StableClip:
    """A target whose frames are as large as the result; nothing of it is seen."""
    black = StoredFrame(np.zeros((height, width, 3), np.uint8), 0, 0.0)
    write_frames(folder / "target.parquet", [black], width, height, FPS)
    return still_clip(FrameStore(folder / "target.parquet"))


def load_clip(folder: Path, width: int, height: int, count: int) -> tuple[PoseTrack, FrameStore]:
    """The demo's first poses in pixels of the output, and the frames that they were seen in."""
    track, video = read_track(CLIP / "poses.parquet"), probe(CLIP / "video.mp4")
    joints = track.joints[:count] * np.array([width / track.width, height / track.height, 1], np.float32)
    fit = fit_into(video.width, video.height, video.width, video.height, "pad")
    with closing(read_pictures(video, fit)) as pictures:
        frames = (StoredFrame(picture, 0, float(time)) for time, picture in islice(pictures, count))
        write_frames(folder / "source.parquet", frames, video.width, video.height, FPS)
    track = replace(track, joints=joints, times=track.times[:count], width=width, height=height)
    return track, FrameStore(folder / "source.parquet")


def plainly(reference: ReferenceRendering, count: int) -> None:
    reference.previous = None
    for t in range(count):
        reference.frame(t)
    reference.encode(count, FPS, CRF)


def by_engine(renderer: Renderer, track: PoseTrack, source: FrameStore, folder: Path) -> None:
    with ExitStack() as stack:
        writers = [stack.enter_context(video_writer(folder / name, FPS, CRF)) for name in ("a.mp4", "b.mp4")]
        transfer(track, renderer, source, np.tile(np.eye(3), (len(track), 1, 1)), *writers)


@torch.inference_mode()
def bare(renderer: Renderer, track: PoseTrack) -> None:
    picture = draw_pose(track.joints[0], *renderer.body.view.size)
    pose, previous = on_device(picture, renderer.body.device)[None], None
    for _ in range(len(track)):
        previous = renderer.body.generator(pose, previous)


@torch.inference_mode()
def compare(renderer: Renderer, reference: ReferenceRendering, track: PoseTrack) -> None:
    """Print how near the engine's frames are to the reference's; stop if they are not."""
    worst, previous = math.inf, None
    for joints in track.joints:
        picture = draw_pose(joints, *renderer.body.view.size)
        pose = on_device(picture, renderer.body.device)[None]
        exact, found = reference.generator(pose, previous), renderer.body.generator(pose, previous)
        worst = min(worst, 10 * math.log10(2**2 / max(float((found - exact).square().mean()), 1e-20)))
        previous = exact
    print(f"lowest PSNR of the engine's frames, each after the reference's frame before: {worst:.1f} dB "
          f"(at least {LOWEST_PSNR})")
    if worst < LOWEST_PSNR:
        raise SystemExit("the engine does not compute what the reference does: its time means nothing")


if __name__ == "__main__":
    main()
