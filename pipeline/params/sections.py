"""The sections of ``params.yaml``: every field with its unit and what is allowed."""

from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, model_validator
from pydantic_core import PydanticCustomError

TRUTH = PurePosixPath("data/raw/truth")  # a dependency of the evaluate stage in dvc.yaml

Positive = Annotated[float, Field(gt=0)]
NotNegative = Annotated[float, Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=1)]
Steps = Annotated[int, Field(ge=0)]
NormalizeMethod = Literal["feet", "limbs", "none"]
GanLoss = Literal["lsgan", "vanilla", "hinge", "relativistic"]


class Section(BaseModel):
    """A section of ``params.yaml``: unknown keys are refused, values are never converted silently."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


# The largest person, the one nearest to the picture's middle, or nearest to a point, in shares of its width and height.
Choice = Literal["largest", "central"] | tuple[float, float]


def _choice(value: object) -> Choice:
    match value:
        case "largest" | "central":
            return value
        case [float() | int() as x, float() | int() as y] if 0 <= x <= 1 and 0 <= y <= 1:
            return float(x), float(y)
    raise PydanticCustomError(
        "choice", "largest, central, or a place [x, y] in shares, 0..1, of the picture's width and height"
    )


class Clip(Section):
    """One video; ``video`` is a path relative to the project's folder, ``person`` who in it is meant. ``start`` and
    ``end``, s, which part of it; ``None``: all of it."""

    video: Annotated[str, Field(min_length=1)]
    start: NotNegative | None = None
    end: Positive | None = None
    person: Annotated[Choice, PlainValidator(_choice, json_schema_input_type=Choice)] = "largest"

    @model_validator(mode="after")
    def _start_before_end(self) -> Self:
        if self.end is not None and (self.start or 0) >= self.end:
            raise ValueError(f"end is {self.end:g}; allowed: more than start, {self.start or 0:g} s")
        return self


class Source(Clip):
    """A dance; ``truth`` is the folder of a rendered clip of the target doing it, if there is one; ``normalize`` its
    own method of normalization, if another than the others'."""

    truth: str | None = None
    normalize: NormalizeMethod | None = None

    @model_validator(mode="after")
    def _truth_is_tracked(self) -> Self:
        if self.truth is not None:
            folder = PurePosixPath(self.truth)
            if TRUTH not in folder.parents or ".." in folder.parts:
                raise ValueError(f"truth is {self.truth!r}; allowed: a folder inside {TRUTH}/, where DVC sees changes")
        return self


class Decode(Section):
    """Stored frames: height in pixels, rate in frames per second (``None``: the video's own)."""

    height: Annotated[int, Field(ge=64, le=1920, multiple_of=2)] | None
    fps: Annotated[float, Field(gt=0, le=240)] | None


class Keypoints(Section):
    """Where poses come from, and the thresholds, 0..1, of the built-in detector, MediaPipe's."""

    backend: Literal["mediapipe", "openpose", "rtmpose"]
    weights: str | None
    min_detection_confidence: Share
    min_tracking_confidence: Share


def _odd(frames: int) -> int:
    if frames % 2 == 0:
        raise PydanticCustomError("odd", "an odd number of frames")
    return frames


OddFrames = Annotated[int, Field(ge=1, le=99), AfterValidator(_odd)]


class Pose(Section):
    """From which confidence on a joint counts as found, and smoothing over time; window and gap in frames, cutoff in
    Hz."""

    min_confidence: Share
    median_window: OddFrames
    max_gap: Annotated[int, Field(ge=0)]
    cutoff: Annotated[float, Field(ge=1, le=60)] | None


class Normalize(Section):
    """Global pose normalization."""

    method: NormalizeMethod
    foot: Literal["lowest", "mean"]
    alpha: Annotated[float, Field(gt=0, le=1)]
    carry_hands: bool


class Preflight(Section):
    """What the look at the clips before training does with a red finding."""

    on_red: Literal["stop", "go_on"]


class Split(Section):
    """The held-out end of the target clip: its share of the clip, and how many frames are left out before it."""

    holdout: Annotated[float, Field(gt=0, lt=0.9)]
    gap: Annotated[int, Field(ge=1)]


class Generator(Section):
    """The global generator, and the local enhancer around it when ``enhancer`` is true."""

    ngf: Count
    downsamplings: Annotated[int, Field(ge=1, le=6)]
    blocks: Count
    upsampling: Literal["transpose", "resize"]
    skips: bool
    enhancer: bool
    enhancer_blocks: Count


class Discriminator(Section):
    """Patch discriminators; ``scales`` of them, each on pictures of half the size of the one before."""

    ndf: Count
    layers: Annotated[int, Field(ge=1, le=5)]
    scales: Annotated[int, Field(ge=1, le=4)]


class Train(Section):
    """The body GAN: picture size in pixels, lengths in steps (``batch`` pairs of frames each).

    ``devices`` processes on each of ``nodes`` machines share every batch, the Face GAN's too.
    """

    window: Literal["person", "frame"]
    height: Annotated[int, Field(ge=32, le=2048)]
    seed: Annotated[int, Field(ge=0, lt=2**31)]
    precision: Literal["auto", "fp32", "bf16"]
    temporal_smoothing: bool
    background: Literal["learned", "plate"]
    references: Literal["nearest", "none"]
    augment: Literal["none", "moved", "mirrored"]
    start: Literal["prior", "scratch"]
    ema: Annotated[float, Field(ge=0, lt=1)]
    batch: Count
    devices: Count
    nodes: Count
    steps: Count
    decay_steps: Steps
    coarse_steps: Steps
    coarse_decay_steps: Steps
    frozen_global_steps: Steps
    learning_rate: Positive
    beta1: Annotated[float, Field(ge=0, lt=1)]
    beta2: Annotated[float, Field(ge=0, lt=1)]
    gan_loss: GanLoss
    r1: NotNegative
    r2: NotNegative
    lambda_fm: NotNegative
    lambda_vgg: NotNegative
    lambda_mask: NotNegative
    perceptual: Literal["efficientnet_lite0", "vgg19"]
    perceptual_weights: str | None
    generator: Generator
    discriminator: Discriminator

    @property
    def multiple(self) -> int:
        """Of what the training picture's sides are multiples, px: the generator halves it again and again."""
        return 2 ** (self.generator.downsamplings + self.generator.enhancer)


class FaceGenerator(Section):
    """The face's generator; ``train.generator`` says what both have in common: upsampling and skip connections."""

    ngf: Count
    downsamplings: Annotated[int, Field(ge=1, le=3)]
    blocks: Count


class FaceDiscriminator(Section):
    """The face's patch discriminator, on one scale."""

    ndf: Count
    layers: Annotated[int, Field(ge=1, le=5)]


class Face(Section):
    """The Face GAN: side of its crops in pixels, lengths in steps (``batch`` crops each); the hands on demand."""

    enabled: bool
    hands: bool
    size: Annotated[int, Field(ge=16, le=512, multiple_of=8)]
    steps: Count
    decay_steps: Steps
    batch: Count
    learning_rate: Positive
    gan_loss: GanLoss
    lambda_vgg: NotNegative
    generator: FaceGenerator
    discriminator: FaceDiscriminator


class Log(Section):
    """Steps between points of the loss curves (``every``) and between sample grids, in both trainings.

    No stage tracks them in ``dvc.yaml``, since looking at a training does not change what it learns.
    """

    every: Count
    samples_every: Count


class Checkpoints(Section):
    """How often a training stage saves its state, in seconds (0: after every step), and how many states it keeps.

    No stage tracks them in ``dvc.yaml``, since resuming from a checkpoint gives the same weights as never stopping.
    """

    every: NotNegative
    keep: Count


class Transfer(Section):
    """How the result's camera moves, words in its corner, and its H.264 quality: constant rate factor, lower is better
    and larger."""

    camera: Literal["steady", "original"]
    mark: Annotated[str, Field(min_length=1, max_length=40, pattern="^[ -~]+$")] | None
    crf: Annotated[int, Field(ge=0, le=40)]


class Evaluate(Section):
    """The perceptual distance that is measured: its network, and a local file with that network's weights."""

    lpips: Literal["stlpips_alex", "efficientnet_lite0", "alex", "vgg", "squeeze"]
    lpips_weights: str | None
