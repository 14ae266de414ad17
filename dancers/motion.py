"""Dances as data: what motions.yaml says, as a pose at any time.

A motion has two clocks. The *beat* runs with time and moves trunk, head and arms, whose channels are means plus
sinusoids. The *stride* counts steps: step k, a left one if k is even, swings while the stride goes from k to k + 1.
The body follows a path and a heading over the stride, and every footstep is planned from them, so that a foot that is
down stays exactly where it is. Now and then the dance is interrupted by a *figure*: the stride eases to a stop with
both feet down, channels blend to the figure's keys and back, and the stride goes on.

Every pose is a function of time alone, smooth enough for the velocity to be continuous.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from ruamel.yaml import YAML

from dancers.skeleton import SIDES, Arm, Foot, Pose
from pipeline.user.cli import UserError

MOTIONS = Path(__file__).with_name("motions.yaml")
FEET = {"left_foot": "L", "right_foot": "R"}
ARMS = {"left_arm": "L", "right_arm": "R"}
ARM = {"up": 14, "front": 0, "elbow": 18, "roll": 0, "twist": 0, "wrist": 0, "curl": 0.15}
FOOT: dict[str, float] = {"front": 0, "side": 0, "lift": 0, "turn": 0, "heel": 0}
# every channel and its value where a motion says nothing: degrees, leg lengths, curl 0..1
PARTS: dict[str, dict[str, float]] = {
    "pelvis": {"height": 0.98, "front": 0, "side": 0, "turn": 0, "lean": 3, "tilt": 0},
    "spine": {"bend": 2, "side": 0, "twist": 0},
    "head": {"nod": 0, "tilt": 0, "turn": 0},
    **dict.fromkeys(ARMS, ARM),
    **dict.fromkeys(FEET, FOOT),
}
REST = {f"{part}.{name}": float(value) for part, names in PARTS.items() for name, value in names.items()}
LEFTWARD = {"pelvis.side", "pelvis.turn", "pelvis.tilt", "spine.side", "spine.twist", "head.tilt", "head.turn"}
STEPS = {"height": 0.08, "heel": 15, "sway": 0.3, "bounce": 0.015, "hips": 4}

RAMP = 1.0  # beats or steps in which something gets up to speed
DOWN = 0.25  # share of a step during which both feet are down
CLEARANCE = 0.07  # leg lengths by which a foot is lifted that changes its place in a figure


def load_motions(file: Path = MOTIONS) -> dict[str, "Motion"]:
    """All motions by name. Raises UserError if one is described wrongly."""
    content = YAML(typ="safe").load(file)
    figures: dict[str, list[Key]] = {}
    for name, keys in content["figures"].items():
        mirror = isinstance(keys, Mapping)
        figures[name] = (_mirrored(figures[keys["mirror"]]) if mirror
                         else read_figure(keys, f"figure {name} in {file.name}"))
    return {name: Motion(description, figures, f"motion {name} in {file.name}")
            for name, description in content["motions"].items()}


class Motion:
    """One dance. ``beat``: s between its beats."""

    def __init__(self, description: Mapping, figures: Mapping[str, Sequence["Key"]], place: str) -> None:
        """description: an entry of ``motions`` in motions.yaml. figures: what it may name. place: for errors."""
        _check_keys(description, {"beat", "width", "splay", "look", "steps", "path", "body", "figures"}, place)
        if "beat" not in description:
            raise UserError(f"{place} must say how long its beat is, in seconds")
        path = description.get("path", {})
        _check_keys(path, {"x", "y", "heading", "turns"}, f"path of {place}")
        steps = description.get("steps")
        _check_keys(steps or {}, set(STEPS), f"steps of {place}")
        self.beat = description["beat"]
        self._width = description.get("width", 0.16)
        self._splay = np.radians(description.get("splay", 8))
        self._look = description.get("look", 0)
        self._steps = None if steps is None else STEPS | steps
        self._path = {axis: Waves(path.get(axis, 0)) for axis in ("x", "y", "heading")}
        self._turns = path.get("turns")
        body = _channels(description.get("body", {}), f"body of {place}")
        if feet := [name for name in body if name.split(".")[0] in FEET]:
            raise UserError(f"body of {place} sets {feet[0]}: only figures can, elsewhere feet follow the path")
        self._body = {name: Waves(body.get(name, rest)) for name, rest in REST.items()}
        interludes = {"after": 0, "order": []} | description.get("figures", {})
        _check_keys(interludes, {"after", "order"}, f"figures of {place}")
        if unknown := set(interludes["order"]) - set(figures):
            raise UserError(f"{place} names the figure {min(unknown)}, which is not under figures")
        self._after = interludes["after"]
        if self._steps and interludes["order"] and (self._after != int(self._after) or self._after < 2 * RAMP):
            raise UserError(f"after in figures of {place} is {self._after}: between steps it must be a whole number "
                            "of 2 or more, so that both feet are down when a figure begins")
        self._figures = [figures[name] for name in interludes["order"]]
        lengths = [self._after + sum(key.beats + key.hold for key in figure) for figure in self._figures]
        self._starts = np.concatenate([[0.0], np.cumsum(lengths)])  # beats at which each figure's turn begins

    def pose(self, seconds: float) -> Pose:
        """The pose at a time of at least 0 s."""
        beat = seconds / self.beat
        stride, figure, since = self._schedule(beat)
        place, heading = self._place(stride), self._heading(stride)
        forward, left = _directions(heading)
        channels = {name: waves(beat) for name, waves in self._body.items()}
        channels["head.turn"] -= np.degrees(self._look * np.sin(heading))
        footsteps = {side: self._foot(side, stride) for side in SIDES}
        for part, side in FEET.items():
            channels |= _from_body(footsteps[side], part, side, place, heading)
        arcs = dict.fromkeys(FEET, 0.0)
        if figure is not None:
            channels, arcs = _perform(figure, since, channels)
        pelvis = 0.5 * place + 0.25 * (footsteps["L"][:2] + footsteps["R"][:2])
        if self._steps:
            weight = np.sin(np.pi * stride)  # -1: all on the left foot, 1: all on the right
            pelvis = pelvis + self._steps["sway"] * weight * 0.5 * (footsteps["R"][:2] - footsteps["L"][:2])
            channels["pelvis.tilt"] -= self._steps["hips"] * weight
            channels["pelvis.height"] += self._steps["bounce"] * (np.cos(2 * np.pi * stride) - 1)
        pelvis = pelvis + channels["pelvis.front"] * forward + channels["pelvis.side"] * left
        turn, lean, tilt = _angles(channels, "pelvis", ("turn", "lean", "tilt"))
        bend, sideways, twist = _angles(channels, "spine", ("bend", "side", "twist"))
        nod, slant, look = _angles(channels, "head", ("nod", "tilt", "turn"))
        return Pose(
            pelvis=(pelvis[0], pelvis[1], channels["pelvis.height"]),
            hips=(heading + turn, lean, tilt),
            spine=(bend, sideways, twist),
            head=(nod, slant, look),
            arms={side: _arm(channels, part) for part, side in ARMS.items()},
            feet={side: _from_channels(channels, part, side, arcs[part], place, heading)
                  for part, side in FEET.items()},
        )

    def _schedule(self, beat: float) -> tuple[float, Sequence["Key"] | None, float]:
        """The stride, the figure that is being performed, if any, and the beats since it began."""
        if not self._figures:
            return (beat if self._steps else 0.0), None, 0.0
        rounds, beat = divmod(beat, self._starts[-1])
        turn = bisect_right(self._starts, beat) - 1
        beat -= self._starts[turn]
        stride = 0.0
        if self._steps:
            each = self._after - RAMP
            stride = (rounds * len(self._figures) + turn) * each + _eased(beat, self._after)
        since = beat - self._after
        return stride, (self._figures[turn] if since > 0 else None), since

    def _place(self, stride: float) -> np.ndarray:
        return np.array([self._path["x"](stride), self._path["y"](stride)])

    def _heading(self, stride: float) -> float:
        """To the left, rad."""
        heading = self._path["heading"](stride)
        if self._turns:
            every, steps = self._turns["every"], self._turns["steps"]
            rounds, since = divmod(stride, every)
            heading += self._turns["angle"] * (rounds + _eased(since - (every - steps), steps) / (steps - RAMP))
        return np.radians(heading)

    def _foot(self, side: str, stride: float) -> np.ndarray:
        """x, y, lift (leg lengths), yaw and pitch (rad) of a foot that follows the path."""
        if not self._steps:
            return np.array([*self._footstep(side, 0.0)[:2], 0, self._footstep(side, 0.0)[2], 0])
        first = 0 if side == "L" else 1
        step = 2 * np.floor((stride - first) / 2) + first
        share = np.clip((stride - step - DOWN / 2) / (1 - DOWN), 0, 1)
        start, end = self._footstep(side, step - 0.5), self._footstep(side, step + 1.5)
        x, y, yaw = start + (end - start) * _smooth(share)
        lift = self._steps["height"] * np.sin(np.pi * share) ** 2
        pitch = np.radians(self._steps["heel"]) * 2 * (1 - share) * np.sin(np.pi * share) ** 2
        return np.array([x, y, lift, yaw, pitch])

    def _footstep(self, side: str, stride: float) -> np.ndarray:
        """x, y and yaw of the foot that stands while the body passes ``stride``."""
        heading = self._heading(stride)
        _, left = _directions(heading)
        place = self._place(stride) + SIDES[side] * self._width * left
        return np.array([*place, heading + SIDES[side] * self._splay])


class Waves:
    """A mean plus sinusoids: a number, or [mean, [amplitude, period, phase in degrees], …]."""

    def __init__(self, description: float | Sequence) -> None:
        numbers: Sequence[Any] = description if isinstance(description, Sequence) else [description]
        self._mean, *waves = numbers
        self._waves = [(amplitude, 2 * np.pi / period, np.radians(phase)) for amplitude, period, phase in waves]

    def __call__(self, time: float) -> float:
        """The value at a time, in the units of the periods."""
        return self._mean + sum(amplitude * np.sin(rate * time + phase) for amplitude, rate, phase in self._waves)


@dataclass(frozen=True)
class Key:
    """A pose that a figure passes: the channels it decides, the beats to get there and those it is held."""

    beats: float
    hold: float
    channels: dict[str, float]


def read_figure(keys: Sequence[Mapping], place: str) -> list[Key]:
    """A figure as motions.yaml describes it. place: for errors. Raises UserError if it is described wrongly."""
    figure = []
    for key in keys:
        parts = {part: names for part, names in key.items() if part not in {"beats", "hold"}}
        figure.append(Key(key["beats"], key.get("hold", 0), _channels(parts, place)))
    if figure[-1].channels:
        raise UserError(f"the last key of {place} must have no channels: it is the way back to the dance")
    return figure


def _mirrored(figure: Sequence[Key]) -> list[Key]:
    """The figure with left and right exchanged."""

    def other_side(name: str) -> str:
        side, _, rest = name.partition("_")
        return f"{'right' if side == 'left' else 'left'}_{rest}" if rest else name

    return [Key(key.beats, key.hold, {other_side(name): -value if name in LEFTWARD else value
                                       for name, value in key.channels.items()}) for key in figure]


def _perform(figure: Sequence[Key], since: float,
             dance: dict[str, float]) -> tuple[dict[str, float], dict[str, float]]:
    """The channels ``since`` beats after a figure began, and how high each foot is on its way to another place."""
    before = dance
    for key in figure:
        after = dance | key.channels
        share = np.clip(since / key.beats, 0, 1)
        if since < key.beats + key.hold:
            blend = _smooth(share)
            channels = {name: value + (after[name] - value) * blend for name, value in before.items()}
            moving = {foot: any(before[f"{foot}.{name}"] != after[f"{foot}.{name}"]
                                for name in ("front", "side", "turn")) for foot in FEET}
            arc = CLEARANCE * np.sin(np.pi * share) ** 2
            return channels, {foot: arc if moving[foot] else 0.0 for foot in FEET}
        since -= key.beats + key.hold
        before = after
    return dance, dict.fromkeys(FEET, 0.0)


def _arm(channels: Mapping[str, float], part: str) -> Arm:
    up, front, elbow, roll, twist, wrist = _angles(channels, part, ("up", "front", "elbow", "roll", "twist", "wrist"))
    return Arm(up, front, elbow, roll, twist, wrist, channels[f"{part}.curl"])


def _from_body(foot: np.ndarray, part: str, side: str, place: np.ndarray, heading: float) -> dict[str, float]:
    """A foot (x, y, lift, yaw, pitch) as channels, seen from the body's ``place`` and ``heading``."""
    x, y, lift, yaw, pitch = foot
    forward, left = _directions(heading)
    away = np.array([x, y]) - place
    values = {"front": away @ forward, "side": SIDES[side] * (away @ left), "lift": lift,
              "turn": SIDES[side] * np.degrees(yaw - heading), "heel": np.degrees(pitch)}
    return {f"{part}.{name}": value for name, value in values.items()}


def _from_channels(channels: Mapping[str, float], part: str, side: str, arc: float, place: np.ndarray,
                   heading: float) -> Foot:
    """The inverse of :func:`_from_body`; ``arc`` is added to the lift."""
    forward, left = _directions(heading)
    x, y = place + channels[f"{part}.front"] * forward + SIDES[side] * channels[f"{part}.side"] * left
    turn, heel = _angles(channels, part, ("turn", "heel"))
    return Foot(x=x, y=y, lift=channels[f"{part}.lift"] + arc, yaw=heading + SIDES[side] * turn, pitch=heel)


def _channels(description: Mapping, place: str) -> dict:
    """Nested parts and names as a flat dict; ``arms`` and ``feet`` stand for both sides. UserError if unknown."""
    both = {"arms": ARMS, "feet": FEET}
    flat: dict[str, float] = {}
    for part in sorted(description, key=lambda part: part not in both):  # what one side says goes before both's
        for target in both.get(part, [part]):
            _check_keys({part: None}, {*PARTS, *both}, place)
            _check_keys(description[part], set(PARTS[target]), f"{part} of {place}")
            flat |= {f"{target}.{name}": value for name, value in description[part].items()}
    return flat


def _check_keys(description: Mapping, known: set[str], place: str) -> None:
    if unknown := set(description) - known:
        raise UserError(f"{place} has the unknown key {min(unknown)}: it can have {', '.join(sorted(known))}")


def _angles(channels: Mapping[str, float], part: str, names: Sequence[str]) -> tuple[float, ...]:
    return tuple(np.radians(channels[f"{part}.{name}"]) for name in names)


def _directions(heading: float) -> tuple[np.ndarray, np.ndarray]:
    """To the front and to the left of somebody with that heading, on the floor."""
    return np.array([np.sin(heading), -np.cos(heading)]), np.array([np.cos(heading), np.sin(heading)])


def _smooth(share: float) -> float:
    """From 0 to 1 with neither speed nor acceleration at both ends."""
    return share**3 * (share * (6 * share - 15) + 10)


def _eased(time: float, duration: float) -> float:
    """The way made at speed 1 with smooth ramps at both ends: ``duration - RAMP`` when ``duration`` is over."""

    def since(start: float) -> float:  # the integral of a smooth step that begins at ``start``
        share = np.clip((time - start) / RAMP, 0, 1)
        return RAMP * (share**3 - share**4 / 2) + max(time - start - RAMP, 0.0)

    return since(0.0) - since(duration - RAMP)
