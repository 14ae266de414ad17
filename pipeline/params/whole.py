"""The whole of ``params.yaml``: its sections, what must fit between them, and reading it."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipeline.cli import UserError
from pipeline.params.sections import (
    Checkpoints,
    Clip,
    Decode,
    Evaluate,
    Face,
    Keypoints,
    Normalize,
    Pose,
    Section,
    Source,
    Train,
    Transfer,
)

PARAMS_FILE = Path("params.yaml")


class Params(Section):
    """The whole of ``params.yaml``."""

    device: Literal["auto", "cpu", "cuda"]
    target: Clip
    sources: Annotated[dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")], Source], Field(min_length=1)]
    decode: Decode
    keypoints: Keypoints
    pose: Pose
    normalize: Normalize
    train: Train
    face: Face
    checkpoints: Checkpoints
    transfer: Transfer
    evaluate: Evaluate

    @model_validator(mode="after")
    def _fit_together(self):
        problems = []
        if "target" in self.sources:
            problems.append("sources.target is not allowed as a name: `target` is the target's own")
        width = self.train.height * self.decode.width / self.decode.height
        generator = self.train.generator
        multiple = 2 ** (generator.downsamplings + generator.enhancer)
        for name, size in (("height", self.train.height), ("width", width)):
            if size % multiple:
                problems.append(
                    f"train.height is {self.train.height}, which makes the training {name} {size:g} px; "
                    f"allowed: multiples of {multiple} px (2 to the number of downsamplings; the width "
                    "follows decode.width : decode.height)"
                )
        if self.face.size > min(self.train.height, width):
            problems.append(f"face.size is {self.face.size}; allowed: at most the training picture's "
                            f"shorter side, {min(self.train.height, width):g} px")
        if self.train.coarse_steps and not generator.enhancer:
            problems.append(f"train.coarse_steps is {self.train.coarse_steps}; allowed: 0 unless "
                            "train.generator.enhancer is true")
        if generator.enhancer and not self.train.coarse_steps:
            problems.append("train.coarse_steps is 0; allowed with train.generator.enhancer: at least 1")
        if self.train.frozen_global_steps > self.train.steps + self.train.decay_steps:
            problems.append(f"train.frozen_global_steps is {self.train.frozen_global_steps}; allowed: at "
                            "most train.steps + train.decay_steps")
        processes = self.train.devices * self.train.nodes
        for name, batch in (("train.batch", self.train.batch), ("face.batch", self.face.batch)):
            if batch % processes:
                problems.append(f"{name} is {batch}; allowed: multiples of {processes}, train.devices x train.nodes, "
                                "since each process takes an equal part of every batch")
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


def load_params(path: Path = PARAMS_FILE) -> Params:
    """Read and check the whole parameter file. Raises UserError naming every problem at once."""
    if not path.is_file():
        raise UserError(f"{path} is missing: run this from the project's folder")
    try:
        content = YAML(typ="safe").load(path)
    except YAMLError as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    try:
        return Params.model_validate(content)
    except ValidationError as error:
        lines = [line for problem in error.errors() for line in _describe(problem)]
        raise UserError(f"{path} has {len(lines)} problem(s):\n  " + "\n  ".join(lines)) from None


def _describe(problem: dict) -> list[str]:
    """One line a problem: key, value, what is allowed."""
    key = ".".join(str(part) for part in problem["loc"] if part != "[key]")
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        return [f"{key} is not a parameter; remove it or correct its spelling"]
    if problem["type"] == "missing":
        return [f"{key} is missing"]
    if problem["type"] == "value_error":
        prefix = f"{key}." if key else ""
        return [prefix + line for line in message.split("\n")]
    return [f"{key} is {problem['input']!r}; allowed: {message[0].lower()}{message[1:]}"]
