"""Whether rendering drifts: hundreds of frames, each made from the one before, against the real ones.

    python -m benchmarks.drift [frames]

Renders the target's own poses, in their windows, from the first frame on with the workspace's body generator (run
`dvc repro train_body` first), once in a row, as rendering does, and once starting anew in every frame, which cannot
drift. For every block of 50 frames: the perceptual distance from the real frames of both, and how far the mean colour
is off, in grey levels of red, green and blue. Most of these frames were trained on: it is change over time that counts.
The last line's ratio is the distance in the last block over that in the first, each divided by that of the frames that
stand alone.
"""

import sys
from collections.abc import Iterator

import numpy as np
import torch
from tqdm import tqdm

from benchmarks.machine import describe
from benchmarks.target import load_target
from pipeline.clips import paths
from pipeline.evaluation.lpips import Lpips
from pipeline.networks.pictures import to_picture
from pipeline.params import load_params
from pipeline.rendering.render import load_body
from pipeline.runtime.devices import keep_freed_memory, pick_device

BLOCK = 50  # frames


def main(most: int) -> None:
    """Print a line a block of at most ``most`` frames."""
    params = load_params()
    keep_freed_memory()
    device = pick_device(params.device)
    frames = load_target(params, params.train.height).frames
    renderer = load_body(paths.BODY_WEIGHTS, frames.clip, device)
    lpips = Lpips("efficientnet_lite0", None, device)
    count = min(most, len(frames.windows))
    joints, windows = frames.joints[:count], frames.windows[:count]
    store = frames.clip.store
    path = renderer.path(joints, store.shots[:count], float(store.fps), np.arange(count))
    print(f"{describe(device)}; {count} frames of {frames.width}x{frames.height}")

    def alone() -> Iterator[torch.Tensor]:
        for t, (pose, window) in enumerate(zip(joints, windows, strict=True)):
            chosen = None if path is None else path[t : t + 1]
            yield from (made.frame for made in renderer.run(pose[None], window[None], chosen))

    in_a_row = (made.frame for made in renderer.run(joints, windows, path))
    rows = []
    for t, rendered in enumerate(tqdm(zip(in_a_row, alone(), strict=True), "render", unit="frame", total=count)):
        real = frames.picture(t, frames.view(t))
        pictures = [to_picture(frame) for frame in rendered]
        distances = [float(lpips(picture[None], real[None])[0]) for picture in pictures]
        rows.append([*distances, *(pictures[0].astype(float) - real).mean(axis=(0, 1))])
    blocks = [np.mean(rows[start : start + BLOCK], axis=0) for start in range(0, count, BLOCK)]
    for number, (distance, other, *colour) in enumerate(blocks):
        start = number * BLOCK
        print(f"frames {start}-{min(start + BLOCK, count) - 1}: {lpips.name} in a row {distance:.3f}, "
              f"alone {other:.3f}; colour off by {' '.join(f'{value:+.2f}' for value in colour)}")
    print(f"ratio: {blocks[-1][0] / blocks[-1][1] / (blocks[0][0] / blocks[0][1]):.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 300)
