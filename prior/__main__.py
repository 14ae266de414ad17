"""Make the prior from nothing: ``python -m prior``.

Renders the people of recipe.yaml, trains both generators on them and writes prior/body.safetensors and
prior/face.safetensors, from which ``train.start: prior`` starts. Stopped, it goes on where it was.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from dancers.assets import ASSETS, fetch_wheel
from pipeline import detector
from pipeline.clips import paths
from pipeline.networks.architecture import body_architecture, face_architecture
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.prior import read_prior, save_prior
from pipeline.params import Params, load_params
from pipeline.runtime.devices import pick_device, pick_precision
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.run_folder import finish, run_folder
from pipeline.training.run_key import run_key
from pipeline.user.cli import run
from prior.examples import load_people
from prior.people import people_key, render_people
from prior.recipe import Schedule, load_recipe
from prior.training import train_body, train_face, with_schedule

PEOPLE = Path("data/prior")  # where they are rendered, in a folder for each way of doing so


def main() -> None:
    params, recipe = load_params(), load_recipe()
    device = pick_device(params.device)
    precision = pick_precision(params.train.precision, device)
    folder = PEOPLE / people_key(recipe, params.keypoints)
    if not paths.DETECTOR.is_dir():
        detector.main()
    render_people(fetch_wheel(ASSETS), recipe, folder, params.keypoints)
    people = load_people(folder, recipe, params)

    def made_of(schedule: Schedule, its: Params) -> dict[str, Any]:
        """What a prior depends on, for its header and its run's name."""
        frames = [person.clip.store.sha256 for person in people[: schedule.people]]
        return recipe.model_dump(exclude={"body", "face"}) | schedule.model_dump() | {
            "frames": hashlib.sha256("".join(frames).encode()).hexdigest(), "precision": precision,
            "pose": its.pose.model_dump(), "train": its.train.model_dump(), "face": its.face.model_dump(),
        }

    @contextmanager
    def checkpoints(name: str, contents: dict[str, Any], files: list[Path]) -> Iterator[Checkpoints]:
        with run_folder(run_key(f"prior_{name}", contents["frames"], files, contents, device)) as kept:
            yield Checkpoints(kept, params.checkpoints.every, params.checkpoints.keep)
            finish(kept)

    its, architecture = with_schedule(params, recipe.body), body_architecture(params.train)
    contents = made_of(recipe.body, its)
    with checkpoints("body", contents, []) as kept:
        learned = train_body(people[: recipe.body.people], architecture, its, precision, device, kept)
        save_prior(paths.BODY_PRIOR, learned, architecture, contents)

    body = BodyGenerator(**architecture)
    body.load_state_dict(read_prior(paths.BODY_PRIOR, architecture))  # as it was saved, in half precision
    its, architecture = with_schedule(params, recipe.face), face_architecture(params.face, params.train)
    contents = made_of(recipe.face, its)
    with checkpoints("face", contents, [paths.BODY_PRIOR]) as kept:
        face = train_face(people[: recipe.face.people], body, architecture, its, precision, device, kept)
        save_prior(paths.FACE_PRIOR, face, architecture, contents)
    print(f"the prior: {paths.BODY_PRIOR} and {paths.FACE_PRIOR}")


if __name__ == "__main__":
    run(main)
