"""What the built-in dancers are made of: persons, rooms, cameras and clips, described in YAML and checked."""

from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from ruamel.yaml import YAML

from pipeline.user.cli import UserError

FOLDER = Path(__file__).parent

Content = TypeVar("Content")

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
Share = Annotated[float, Field(ge=0, le=1)]
Metres = Annotated[float, Field(ge=0)]


class Description(BaseModel):
    """A part of a YAML file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Hair(Description):
    """volume: m that the scalp is raised. length: template height to which loose hair falls; None: none is loose.
    swing: how far its tips follow the body late, 0..1."""

    colour: Colour
    volume: Metres
    length: float | None = None
    swing: Share = 0.0


class Face(Description):
    """What is painted on it. brow: half its thickness in m. liner, beard: how strong, 0..1."""

    lips: Colour
    iris: Colour
    brow: Metres
    liner: Share
    beard: Share = 0.0


class Top(Description):
    """sleeve: 0 shoulder, 1 elbow, 2 wrist. hem, neck: template heights. looseness: m between it and the body."""

    colour: Colour
    second: Colour
    pattern: Literal["plain", "stripes", "dots", "checks", "print"]
    sleeve: Annotated[float, Field(ge=0, le=2)]
    hem: float
    neck: float
    looseness: Metres


class Bottom(Description):
    """Trousers or shorts. end: template height where they end. weave: how coarse it looks, 0..1 (denim: 1)."""

    colour: Colour
    end: float
    weave: Share = 0.0


class Skirt(Description):
    """Worn from the waist over top and bottom. hem: template height where it ends. flare: how much wider than straight
    it is there, as a share. pleats: how many. swing: how far its hem follows the body late, 0..1."""

    colour: Colour
    hem: Annotated[float, Field(gt=-0.65, lt=0.1)]
    flare: Share
    pleats: Annotated[int, Field(gt=0)]
    swing: Share


class Shoes(Description):
    """Trainers with laces."""

    colour: Colour
    sole: Colour


class Person(Description):
    """shape: values in 0..1 for the body, see :func:`dancers.assets.shape_body`."""

    shape: dict[str, Share]
    skin: Colour
    hair: Hair
    face: Face
    top: Top
    bottom: Bottom
    shoes: Shoes
    skirt: Skirt | None = None


class Surface(Description):
    """A wall or a floor: how it is made and its colours; joints: between bricks, planks or tiles."""

    kind: Literal["plaster", "bricks", "curtain", "wallpaper", "planks", "tiles", "concrete", "parquet"]
    colour: Colour
    joints: Colour


class Item(Description):
    """Something flat on the wall: x to the right of its middle and height z of its centre, width and height, in m."""

    kind: Literal["picture", "door", "window", "band"]
    x: float
    z: float
    width: Annotated[float, Field(gt=0)]
    height: Annotated[float, Field(gt=0)]
    colour: Colour


class Light(Description):
    """direction: towards the light (right, back, up). key, fill, ambient: strengths; colour: of the key light."""

    direction: tuple[float, float, float]
    colour: Colour
    key: Metres
    fill: Metres
    ambient: Metres


class Room(Description):
    """wall_distance: m behind the middle of the floor."""

    wall: Surface
    floor: Surface
    items: tuple[Item, ...] = ()
    wall_distance: Metres
    light: Light


class Hand(Description):
    """How unsteadily a camera is held: standard deviations of its place along each axis (shift, m) and of its direction
    around each (turn, degrees). seed: of its way. stopped: s into the clip where it stays all along; None: it moves."""

    seed: Annotated[int, Field(ge=0)]
    shift: Metres
    turn: Annotated[float, Field(ge=0)]
    stopped: float | None = None


class Camera(Description):
    """distance, height: m from the middle of the floor. aim: height looked at, m. field_of_view: vertical, degrees.
    hand: that holds it; None: it is on a tripod."""

    distance: Annotated[float, Field(gt=0)]
    height: Metres
    aim: Metres
    field_of_view: Annotated[float, Field(gt=0, lt=120)]
    hand: Hand | None = None


class Clip(Description):
    """Who dances what where. start: s into the motion. width, height: px. sound: a beat to dance to."""

    person: str
    motion: str
    room: str
    camera: str
    seconds: Annotated[float, Field(gt=0)]
    start: Annotated[float, Field(ge=0)] = 0.0
    width: Annotated[int, Field(ge=64, multiple_of=2)] = 512
    height: Annotated[int, Field(ge=64, multiple_of=2)] = 512
    sound: bool = False


def persons() -> dict[str, Person]:
    """The persons of ``persons.yaml``."""
    return load_description(FOLDER / "persons.yaml", TypeAdapter(dict[str, Person]))


def rooms() -> dict[str, Room]:
    """The rooms of ``rooms.yaml``."""
    return load_description(FOLDER / "rooms.yaml", TypeAdapter(dict[str, Room]))


def cameras() -> dict[str, Camera]:
    """The cameras of ``cameras.yaml``."""
    return load_description(FOLDER / "cameras.yaml", TypeAdapter(dict[str, Camera]))


def clip_sets() -> dict[str, dict[str, Clip]]:
    """The sets of clips of ``clips.yaml``: ``{set: {clip: Clip}}``; a clip's name is its folder."""
    return load_description(FOLDER / "clips.yaml", TypeAdapter(dict[str, dict[str, Clip]]))


def load_description(file: Path, kind: TypeAdapter[Content]) -> Content:
    """What a YAML ``file`` holds, of that ``kind``. Raises UserError naming all that is wrong in it."""
    content = YAML(typ="safe").load(file)
    try:
        return kind.validate_python(content)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        raise UserError(f"{file} has {len(lines)} problem(s):\n  " + "\n  ".join(lines)) from None
