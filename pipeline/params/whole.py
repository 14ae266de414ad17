"""The whole of ``params.yaml``: its sections, what must fit between them, and reading it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.params.sections import (
    Checkpoints,
    Clip,
    Decode,
    Evaluate,
    Face,
    Keypoints,
    Log,
    Normalize,
    Pose,
    Preflight,
    Section,
    Source,
    Split,
    Train,
    Transfer,
)
from pipeline.user.cli import UserError

PARAMS_FILE = Path("params.yaml")
# Of a source: it becomes part of file names, among them <name>_side_by_side.mp4, of DVC's stages and of command lines.
NAME = re.compile(r"(?!-)(?!target$)(?!.*_side_by_side$)[A-Za-z0-9_-]+")


def _allowed_name(name: str) -> str:
    if not NAME.fullmatch(name):
        raise ValueError
    return name


class Params(Section):
    """The whole of ``params.yaml``."""

    device: Literal["auto", "cpu", "cuda", "mps"]
    target: Clip
    sources: Annotated[dict[Annotated[str, AfterValidator(_allowed_name)], Source], Field(min_length=1)]
    decode: Decode
    keypoints: Keypoints
    pose: Pose
    normalize: Normalize
    split: Split
    preflight: Preflight
    train: Train
    face: Face
    log: Log
    checkpoints: Checkpoints
    transfer: Transfer
    evaluate: Evaluate

    @model_validator(mode="after")
    def _fit_together(self) -> Self:
        problems = [
            *_sizes(self), *_window(self), *_references(self), *_camera(self), *_phases(self), *_batches(self),
            *_weight_files(self), *_backend(self),
        ]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def clip(self, name: str) -> Clip:
        """The clip called ``name``: ``target`` or one of the sources. Raises UserError for another name."""
        if name == "target":
            return self.target
        if name in self.sources:
            return self.sources[name]
        known = ", ".join(["target", *self.sources])
        raise UserError(f"{PARAMS_FILE} names no clip {name!r}; it names: {known}")

    def source(self, name: str) -> Source:
        """The source called ``name``. Raises UserError for another name."""
        if name not in self.sources:
            raise UserError(f"{PARAMS_FILE} names no source {name!r}; it names: {', '.join(self.sources)}")
        return self.sources[name]


def _sizes(params: Params) -> Iterator[str]:
    """What is wrong with the sizes of pictures, which the networks halve again and again."""
    height, multiple = params.train.height, params.train.multiple
    if height % multiple:
        yield (f"train.height is {height}; allowed: multiples of {multiple} px (2 to the number of halvings), "
               f"for example {max(round(height / multiple), 2) * multiple}")
    if height < 2 * multiple:
        yield (f"train.generator.downsamplings is {params.train.generator.downsamplings}, which leaves less than 2 px "
               f"of training pictures of {height} px; allowed: fewer, or a larger train.height")


def _window(params: Params) -> Iterator[str]:
    """A person can be laid over a plate only."""
    if params.train.window == "person" and params.train.background != "plate":
        yield (f"train.background is {params.train.background!r}; allowed: plate while train.window is person, since "
               "the window shows a part of the picture only")


def _references(params: Params) -> Iterator[str]:
    """Only a person in a layer of its own can be copied apart from the background."""
    if params.train.references != "none" and params.train.background != "plate":
        yield (f"train.references is {params.train.references!r}; allowed: none unless train.background is plate, "
               "since only the person is copied")


def _camera(params: Params) -> Iterator[str]:
    """A truth shows what the target's camera would see standing still."""
    if params.transfer.camera == "original":
        for name, source in params.sources.items():
            if source.truth:
                yield (f"transfer.camera is 'original'; allowed: steady while sources.{name}.truth is set, since a "
                       "truth shows the steady view")


def _phases(params: Params) -> Iterator[str]:
    """What is wrong with the phases of training coarse to fine."""
    train = params.train
    if not train.generator.enhancer:
        for name in ("coarse_steps", "coarse_decay_steps", "frozen_global_steps"):
            if steps := getattr(train, name):
                yield f"train.{name} is {steps}; allowed: 0 unless train.generator.enhancer is true"
    elif not train.coarse_steps:
        yield "train.coarse_steps is 0; allowed with train.generator.enhancer: at least 1"
    elif train.frozen_global_steps > train.steps + train.decay_steps:
        yield (f"train.frozen_global_steps is {train.frozen_global_steps}; allowed: at most train.steps + "
               "train.decay_steps")


def _batches(params: Params) -> Iterator[str]:
    processes = params.train.devices * params.train.nodes
    for name, batch in (("train.batch", params.train.batch), ("face.batch", params.face.batch)):
        if batch % processes:
            yield (f"{name} is {batch}; allowed: multiples of {processes}, train.devices x train.nodes, since each "
                   "process takes an equal part of every batch")


def _weight_files(params: Params) -> Iterator[str]:
    """A file of weights for a network whose weights come with the installation would not be read."""
    for name, network, weights in (
        ("train.perceptual", params.train.perceptual, params.train.perceptual_weights),
        ("evaluate.lpips", params.evaluate.lpips, params.evaluate.lpips_weights),
    ):
        if network in ("efficientnet_lite0", "stlpips_alex") and weights:
            yield (f"{name}_weights is {weights!r}; allowed: null while {name} is {network}, "
                   "which brings its own")


def _backend(params: Params) -> Iterator[str]:
    """Only one way of getting poses has weights of the user's."""
    backend, weights = params.keypoints.backend, params.keypoints.weights
    if (backend == "rtmpose") != bool(weights):
        yield (f"keypoints.weights is {weights!r}; allowed: the path of an ONNX file if keypoints.backend is rtmpose, "
               "null otherwise")


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and check the whole parameter file. Raises UserError naming every problem at once."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run this from the project's folder")
    return parse_params(path.read_bytes(), str(path))


def parse_params(text: bytes, name: str) -> Params:
    """Check the text of a parameter file, ``name`` in messages. Raises UserError naming every problem at once."""
    try:
        content = YAML(typ="safe").load(text)
    except YAMLError as error:
        raise UserError(f"{name} is not valid YAML: {' '.join(str(error).split())}") from None
    if content is None:
        raise UserError(f"{name} is empty: `git checkout {name}` brings it back")
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        lines = [line for problem in error.errors() for line in _describe(problem)]
        raise UserError(f"{name} has {len(lines)} problem(s):\n  " + "\n  ".join(lines)) from None


def _describe(problem: ErrorDetails) -> list[str]:
    """One line a problem: key, value, what is allowed."""
    key = ".".join(str(part) for part in problem["loc"] if part != "[key]") or str(PARAMS_FILE)
    kind, value = problem["type"], problem["input"]
    if problem["loc"] and problem["loc"][-1] == "[key]":
        return [f"{key} is not allowed as a name; allowed: letters, digits, - and _, not - first, in quotes if it "
                "looks like a number; neither `target` nor one that ends in _side_by_side"]
    if kind == "extra_forbidden":
        return [f"{key} is not a parameter; remove it or correct its spelling"]
    if kind == "missing":
        return [f"{key} is missing"]
    if kind == "value_error":
        prefix = f"{key}." if problem["loc"] else ""
        return [prefix + line for line in problem["msg"].removeprefix("Value error, ").split("\n")]
    if kind in ("model_type", "dict_type", "too_short"):
        return [f"{key} is {value!r}; allowed: a section with something in it, see README.md"]
    allowed = problem["msg"].removeprefix("Input should be ")
    return [f"{key} is {value!r}; allowed: {allowed[0].lower()}{allowed[1:]}"]
