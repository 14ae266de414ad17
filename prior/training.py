"""Training the two generators on invented people, by the very steps that train them on a target."""

from typing import Any

import numpy as np
import torch

from pipeline.body.data import PairDataset
from pipeline.body.phase import body_phase
from pipeline.face.crops import render_crops, runs_around
from pipeline.face.data import PartDataset
from pipeline.face.phase import face_phase
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.face_generator import FaceGenerator
from pipeline.params import Params
from pipeline.pose.parts import part_squares
from pipeline.rendering.render import BodyRenderer
from pipeline.runtime.devices import keep_freed_memory, make_repeatable
from pipeline.training.checkpoint import Checkpoints
from prior.examples import Person, Together
from prior.recipe import Schedule

SHOWN = 4  # examples in the sample grids, all of the first person


def with_schedule(params: Params, schedule: Schedule) -> Params:
    """The same parameters, but for how long both networks learn, which is the prior's own."""
    times = {"steps": schedule.steps, "decay_steps": schedule.decay_steps}
    train = params.train.model_copy(update=times | {"ema": schedule.ema})
    return params.model_copy(update={"train": train, "face": params.face.model_copy(update=times)})


def train_body(
    people: list[Person], architecture: dict[str, Any], params: Params, precision: str, device: torch.device,
    checkpoints: Checkpoints,
) -> BodyGenerator:
    """Train a body generator on all pairs of ``people``. Training resumes from the newest of ``checkpoints``."""
    make_repeatable(params.train.seed)
    keep_freed_memory()
    train = params.train
    pairs = [person.pairs() for person in people]
    print(f"training on {sum(map(len, pairs))} pairs of {len(people)} people, device {device}, precision {precision}")
    examples = PairDataset(people[0].frames, pairs[0].ends[:SHOWN], people[0].references)
    perceptual = load_perceptual(train, train.lambda_vgg)
    phase = body_phase(
        "body", BodyGenerator(**architecture), Together(pairs), examples, perceptual, train, precision, device,
        train.steps, train.decay_steps,
    )
    with checkpoints.open_log() as live:
        return phase.run(checkpoints, params.log, live)


def train_face(
    people: list[Person], body: BodyGenerator, architecture: dict[str, Any], params: Params, precision: str,
    device: torch.device, checkpoints: Checkpoints,
) -> FaceGenerator:
    """Train a face generator on what ``body`` makes of all ``people``.

    The crops of its output are kept beside the ``checkpoints``; training resumes from the newest of these.
    """
    make_repeatable(params.train.seed)
    keep_freed_memory()
    face = params.face
    renderer = BodyRenderer(body, None, people[0].view, precision, people[0].clip, device)
    parts = []
    for number, person in enumerate(people):
        joints, shots = person.frames.joints[:], person.clip.store.shots
        squares = part_squares(joints, shots, float(person.clip.store.fps), face.hands)
        seen = np.isfinite(squares[..., 0])
        times, part = np.nonzero(seen)
        if len(times):
            own = renderer.for_clip(person.clip, person.references)
            runs = runs_around(np.unique(times), shots)
            crops = render_crops(own, person.frames, squares, face.size, runs, checkpoints.folder / f"crops-{number}")
            items = np.stack([times, part], axis=1)
            parts.append(PartDataset(person.frames, crops, squares, items, face.size))
    perceptual = load_perceptual(params.train, face.lambda_vgg)
    examples = PartDataset(parts[0].frames, parts[0].crops, parts[0].squares, parts[0].items[:SHOWN], face.size)
    phase = face_phase(
        FaceGenerator(**architecture), Together(parts), examples, perceptual, face, params.train, precision, device
    )
    with checkpoints.open_log() as live:
        return phase.run(checkpoints, params.log, live)
