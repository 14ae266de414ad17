"""People without end: persons, rooms, cameras and dances drawn at random, none of them of the built-in cast."""

from colorsys import hsv_to_rgb
from dataclasses import dataclass
from typing import Any, cast, get_args

import numpy as np

from dancers.cast import Bottom, Camera, Face, Hair, Item, Light, Person, Room, Shoes, Skirt, Surface, Top
from dancers.motion import Motion, read_figure

Random = np.random.Generator

# What people share; the ends of each range are mixed. Skins by origin, from its lightest to its darkest.
SKINS = {"caucasian": ("#f2cdb4", "#c08a68"), "asian": ("#f0cca8", "#b98862"), "african": ("#a8744e", "#4c2e20")}
HAIRS = ("#0e0c0c", "#2a1a12", "#4a2e1c", "#7a5230", "#a5783e", "#d8b878", "#8c3c1c", "#8e8e92", "#d0d0d2")
IRISES = ("#2a180e", "#4a3018", "#5c6a48", "#5078a0", "#7c8890")
LIPS = ("#8a4a44", "#b8606a", "#a83a48", "#c87a78")
SHORT_TROUSERS, LONG_TROUSERS = (-0.45, -0.18), (-0.72, -0.60)  # template heights
WALLS, FLOORS = ("plaster", "bricks", "curtain", "wallpaper"), ("planks", "tiles", "concrete", "parquet")
PALE = 0.45  # the largest saturation of rooms
FIGURES = 6  # of a dance
BACKS = 0.4  # share of the dances that turn all the way round
SKIRTS, LOOSE_HAIR = 0.45, 0.6  # shares of the women


@dataclass(frozen=True)
class Invention:
    """Somebody who does something somewhere."""

    person: Person
    motion: Motion
    room: Room
    camera: Camera


def invent(seed: int) -> Invention:
    """The same for the same ``seed``."""
    random = np.random.default_rng(seed)
    return Invention(invent_person(random), invent_motion(random), invent_room(random), invent_camera(random))


def invent_person(random: Random) -> Person:
    """Body, skin, hair and clothes."""
    woman = bool(random.random() < 0.5)
    origin = str(random.choice(list(SKINS)))
    origins = {name: 1.0 if name == origin else 0.3 * random.random() ** 2 for name in SKINS}
    shape = {"gender": float(woman), "age": random.uniform(0.5, 0.95), "muscle": random.uniform(0.3, 0.8),
             "weight": random.uniform(0.3, 0.85), "height": random.uniform(0.3, 0.6),
             "proportions": random.uniform(0.2, 0.6), "cupsize": random.uniform(0.2, 0.7),
             "firmness": random.uniform(0.3, 0.8)}
    top = Top(
        colour=colour(random), second=colour(random), pattern=_one_of(random, Top, "pattern"),
        sleeve=float(random.choice([0.0, random.uniform(0.3, 1.2), random.uniform(1.6, 2.0)])),
        hem=random.uniform(-0.08, 0.12), neck=random.uniform(0.54, 0.58), looseness=random.uniform(0.003, 0.018),
    )
    skirt = None
    if woman and random.random() < SKIRTS:
        skirt = Skirt(colour=colour(random), hem=random.uniform(-0.62, -0.2), flare=random.uniform(0.1, 0.6),
                      pleats=int(random.integers(6, 24)), swing=random.uniform(0.3, 0.8))
    legs = LONG_TROUSERS if skirt is None and random.random() < 0.6 else SHORT_TROUSERS
    bottom = Bottom(colour=colour(random), end=random.uniform(*legs), weave=random.random())
    loose = random.random() < (LOOSE_HAIR if woman else 0.1)
    hair = Hair(colour=str(random.choice(HAIRS)), volume=random.uniform(0.006, 0.02),
                length=random.uniform(0.15, 0.62) if loose else None, swing=random.uniform(0.2, 0.6) if loose else 0)
    face = Face(lips=str(random.choice(LIPS)), iris=str(random.choice(IRISES)), brow=random.uniform(0.002, 0.0035),
                liner=random.random() if woman else 0.3 * random.random(),
                beard=0.0 if woman else max(0.0, random.uniform(-0.6, 1.0)))
    return Person(
        shape=shape | origins, skin=_between(random, *SKINS[origin]), hair=hair, face=face, top=top, bottom=bottom,
        skirt=skirt, shoes=Shoes(colour=colour(random), sole=colour(random)),
    )


def invent_room(random: Random) -> Room:
    """A wall with a few things on it, a floor and a lamp."""
    items = [
        Item(kind=_one_of(random, Item, "kind"), x=random.uniform(-1.8, 1.8), z=random.uniform(1.2, 1.8),
             width=random.uniform(0.3, 1.2), height=random.uniform(0.3, 1.2), colour=colour(random))
        for _ in range(random.integers(0, 4))
    ]
    light = Light(
        direction=(random.uniform(-0.9, 0.9), random.uniform(-1.0, -0.4), random.uniform(0.6, 1.2)),
        colour=_between(random, "#ffe8c8", "#eef4ff"), key=random.uniform(0.5, 1.1), fill=random.uniform(0.4, 1.3),
        ambient=random.uniform(0.32, 0.55),
    )
    return Room(
        wall=Surface(kind=cast(Any, random.choice(WALLS)), colour=colour(random, PALE), joints=colour(random, PALE)),
        floor=Surface(kind=cast(Any, random.choice(FLOORS)), colour=colour(random, PALE), joints=colour(random, PALE)),
        items=tuple(items), wall_distance=random.uniform(1.1, 3.0), light=light,
    )


def invent_camera(random: Random) -> Camera:
    """One on a tripod, that sees the whole person."""
    distance = random.uniform(4.0, 7.0)
    tall = random.uniform(2.35, 2.9)  # m of the room that are seen from top to bottom where the person is
    return Camera(distance=distance, height=random.uniform(0.8, 1.7), aim=random.uniform(0.9, 1.05),
                  field_of_view=float(np.degrees(2 * np.arctan(tall / 2 / distance))))


def invent_motion(random: Random) -> Motion:
    """A dance: steps, waves of all joints, and figures between them."""

    def waves(mean: float, amplitude: float, shortest: float = 3.0, longest: float = 9.0) -> list:
        """Around ``mean``, by about ``amplitude``; periods in beats, or steps of the path."""
        wave = amplitude * random.uniform(0.6, 1.3), random.uniform(shortest, longest), random.uniform(0, 360)
        return [mean, wave]

    def arm() -> dict[str, list]:
        return {"up": waves(random.uniform(30, 85), 45), "front": waves(random.uniform(10, 35), 20),
                "elbow": waves(random.uniform(35, 65), 32), "roll": waves(random.uniform(40, 80), 18),
                "twist": waves(0, 28), "wrist": waves(0, 18), "curl": waves(0.35, 0.25)}

    path: dict[str, Any] = {"x": waves(0, 0.25, 8, 16), "y": waves(0, 0.4, 8, 18), "heading": waves(0, 16, 8, 14)}
    if random.random() < BACKS:
        path["turns"] = {"every": 9, "steps": 7, "angle": int(random.choice([-360, 360]))}
    names = [f"figure {number}" for number in range(FIGURES)]
    description = {
        "beat": random.uniform(0.42, 0.62), "width": random.uniform(0.12, 0.2), "look": random.uniform(0.2, 0.7),
        "steps": {"height": random.uniform(0.06, 0.14), "sway": random.uniform(0.25, 0.4),
                  "hips": random.uniform(3, 8), "bounce": random.uniform(0.01, 0.03), "heel": random.uniform(10, 25)},
        "path": path,
        "figures": {"after": int(random.integers(3, 6)), "order": names},
        "body": {
            "pelvis": {"height": waves(0.94, 0.015, 1, 2), "lean": waves(4, 3, 2, 4)},
            "spine": {"bend": waves(4, 4, 1, 3), "side": waves(0, 8, 2, 5), "twist": waves(0, 14, 3, 5)},
            "head": {"nod": waves(1, 6, 1, 4), "tilt": waves(0, 6), "turn": waves(0, 16)},
            "left_arm": arm(), "right_arm": arm(),
        },
    }
    place = "an invented dance"
    return Motion(description, {name: read_figure(_figure(random), place) for name in names}, place)


def _figure(random: Random) -> list[dict[str, Any]]:
    """One or two keys in which arms go anywhere and the body crouches, bends or lifts a leg, and the way back."""

    def arm() -> dict[str, float]:
        return {"up": random.uniform(10, 165), "front": random.uniform(-10, 80), "elbow": random.uniform(5, 125),
                "roll": random.uniform(0, 80), "twist": random.uniform(-40, 40), "wrist": random.uniform(-20, 20),
                "curl": random.random()}

    keys: list[dict[str, Any]] = []
    low = random.random() < 0.35
    leg = None if low or random.random() < 0.5 else str(random.choice(["left", "right"]))
    for _ in range(random.integers(1, 3)):
        key: dict[str, Any] = {"beats": random.uniform(0.8, 1.4), "hold": random.uniform(0.1, 0.6),
                               "left_arm": arm(), "right_arm": arm(),
                               "head": {"nod": random.uniform(-15, 15), "turn": random.uniform(-30, 30)},
                               "spine": {"bend": random.uniform(-6, 20), "twist": random.uniform(-25, 25)}}
        if low:
            key["pelvis"] = {"height": random.uniform(0.5, 0.85), "front": -0.1, "lean": random.uniform(5, 30)}
            key["feet"] = {"heel": random.uniform(5, 22)}
        elif leg is not None:
            key[f"{leg}_foot"] = {"lift": random.uniform(0.1, 0.6), "front": random.uniform(0, 0.65),
                                  "side": random.uniform(0.1, 0.6), "turn": random.uniform(0, 20),
                                  "heel": random.uniform(-30, 25)}
            key["pelvis"] = {"side": -0.14 if leg == "left" else 0.14, "height": random.uniform(0.92, 0.96)}
        keys.append(key)
    return [*keys, {"beats": random.uniform(0.9, 1.3)}]


def colour(random: Random, vivid: float = 0.85) -> str:
    """Any, but a third are greys, black and white among them. vivid: the largest saturation."""
    saturation = 0.08 * random.random() if random.random() < 1 / 3 else random.uniform(0.1, vivid)
    return _hex(*hsv_to_rgb(random.random(), saturation, random.uniform(0.08, 0.97)))


def _between(random: Random, first: str, second: str) -> str:
    a, b = (np.array([int(text[at : at + 2], 16) for at in (1, 3, 5)]) / 255 for text in (first, second))
    return _hex(*(a + random.random() * (b - a)))


def _hex(*channels: float) -> str:
    return "#" + "".join(f"{round(255 * channel):02x}" for channel in channels)


def _one_of(random: Random, model: Any, field: str) -> Any:
    """One of the values that a field of the cast's descriptions allows."""
    return random.choice(get_args(model.model_fields[field].annotation)).item()
