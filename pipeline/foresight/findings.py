"""What is to be expected of the clips, and what to film or set instead."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pipeline.foresight.facts import ClipFacts, DanceFacts, SceneFacts

Level = Literal["red", "yellow", "green"]
FEWEST, FEW = 20, 200  # frames to train on
HARDLY = 0.1  # share of the frames with a body below which there is nothing to work with
# share of the frames in which each should be found
OFTEN = {"body": 0.9, "face": 0.5, "left_hand": 0.5, "right_hand": 0.5}
SMALL = 200  # px: a person less tall has a face of less than 30
DARK, BRIGHT = 45, 215  # median grey levels
MOVING = 0.01  # share of the background's px that differ from the plate
DRIFT = 1.5  # px that registered frames are off by
UNLIKE = 0.09  # heights: poses whose like the target shows are nearer than this; backs never seen, twice as far
MANY, MOST = 0.05, 0.5  # shares of a dance's frames
STRETCH = 0.3  # s: frames so near to each other are told as one moment


@dataclass(frozen=True)
class Finding:
    """One thing to know. clip: whose. what: a sentence without its full stop. advice: what to film or set instead."""

    level: Level
    clip: str
    what: str
    advice: str = ""


def of_target(clip: ClipFacts, scene: SceneFacts) -> Iterator[Finding]:
    """What to know about the target's clip."""
    name = "target"
    if scene.training_frames < FEW:
        level: Level = "red" if scene.training_frames < FEWEST else "yellow"
        yield Finding(level, name, f"there are only {scene.training_frames} frames of the person to train on",
                      "film longer, at best some minutes, in many poses")
    yield from _seen(clip, "frames without her teach nothing")
    if scene.drift > DRIFT:
        yield Finding("yellow", name, f"the camera moves, and registered frames are still {scene.drift:.1f} px off",
                      "lean the camera on something, before a wall that has pattern")
    if scene.moving > MOVING:
        yield Finding("yellow", name, f"{scene.moving:.0%} of the background changes over time: captions, people, "
                      "leaves, light; the result shows what is there mostly", "film before what stands still")
    if clip.shots > 1:
        yield Finding("yellow", name, f"it is cut into {clip.shots} shots, which are taken for one place",
                      "start and end of one of them beside its video in params.yaml")


def of_source(clip: ClipFacts, dance: DanceFacts) -> Iterator[Finding]:
    """What to know about a dance."""
    yield from _seen(clip, "in the others the result is the empty room, or carried over at most a second")
    for warning in dance.warnings:
        yield Finding("yellow", clip.name, warning, f"look at reports/normalize/{clip.name}.png")
    if dance.outside > MOST:
        yield Finding("red", clip.name, f"neck or hips are outside the target's picture in {dance.outside:.0%} of the "
                      "frames",
                      "film the target with more room around, or choose another excerpt (start, end)")
    far = np.nan_to_num(dance.novelty, nan=0) > UNLIKE
    if far.mean() > MANY:
        yield Finding("yellow", clip.name, f"{far.mean():.0%} of the poses are unlike any that the target shows, and "
                      f"will look worse: at {moments(far, dance.fps)}", "film the target in such poses, too")
    if (share := dance.unseen_side.mean()) > MANY:
        yield Finding("yellow", clip.name, f"in {share:.0%} of the frames the source shows a side that the target "
                      f"never does, and the target is turned round: at {moments(dance.unseen_side, dance.fps)}",
                      "film the target from all sides")


def moments(where: np.ndarray, fps: float, most: int = 6) -> str:
    """The longest stretches of frames ``where``, bool (frames,), in s: ``1.2-2.0, 4.5-4.7 s``."""
    stretches: list[list[int]] = []
    for frame in np.flatnonzero(where).tolist():
        if stretches and frame - stretches[-1][1] <= STRETCH * fps:
            stretches[-1][1] = frame
        else:
            stretches.append([frame, frame])
    longest = sorted(sorted(stretches, key=lambda ends: ends[0] - ends[1])[:most])
    told = ", ".join(f"{first / fps:.1f}-{(last + 1) / fps:.1f}" for first, last in longest)
    return told + (" s and elsewhere" if len(stretches) > most else " s")


def worst(findings: Sequence[Finding]) -> Level:
    """The worst level of all."""
    levels = {finding.level for finding in findings}
    return next(level for level in ("red", "yellow", "green") if level in levels or level == "green")


def _seen(clip: ClipFacts, without: str) -> Iterator[Finding]:
    """What was found of the person, how large and how well lit she is."""
    for part, expected in OFTEN.items():
        if (share := clip.coverage[part]) < expected:
            level: Level = "red" if part == "body" and share < HARDLY else "yellow"
            why = f"; {without}" if part == "body" else ""
            yield Finding(level, clip.name, f"{part.replace('_', ' ')} found in only {share:.0%} of the frames{why}",
                          "film nearer, sharper, with more light; the whole person in the picture")
    if clip.crowded:
        yield Finding("yellow", clip.name, f"somebody else is in the picture in {clip.crowded} of {clip.frames} frames",
                      "person beside its video in params.yaml says who is meant")
    if clip.tall < SMALL:
        yield Finding("yellow", clip.name, f"the person is only {clip.tall:.0f} px tall: no detail of face and hands",
                      "film nearer or in a higher resolution")
    if not DARK <= clip.light <= BRIGHT:
        yield Finding("yellow", clip.name, f"the person is {'dark' if clip.light < DARK else 'overexposed'} "
                      f"({clip.light:.0f} of 255)", "film in even light")
