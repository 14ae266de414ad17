"""Make the prior from nothing: ``python -m prior``.

Renders the people of recipe.yaml, trains both generators on them and writes prior/body.safetensors and
prior/face.safetensors, from which ``train.start: prior`` starts. Stopped, it goes on where it was.
"""

import hashlib
from pathlib import Path
from typing import Any

from dancers.assets import ASSETS, fetch_wheel
from pipeline.clips import paths
from pipeline.networks.architecture import body_architecture, face_architecture
from pipeline.networks.body_generator import BodyGenerator
from pipeline.networks.prior import save_prior, start_from_prior
from pipeline.params import Params, load_params
from pipeline.runtime.devices import pick_device, pick_precision
from pipeline.training.checkpoint import Checkpoints
from pipeline.training.run_folder import finish, run_folder
from pipeline.training.run_key import run_key
from pipeline.user.cli import run
from prior.examples import load_people
from prior.people import render_people
from prior.recipe import Schedule, load_recipe
from prior.training import train_body, train_face, with_schedule

FOLDER = Path("data/prior")  # of the rendered people


def main() -> None:
    params, recipe = load_params(), load_recipe()
    device = pick_device(params.device)
    precision = pick_precision(params.train.precision, device)
    render_people(fetch_wheel(ASSETS), recipe, FOLDER, params.keypoints)
    people = load_people(FOLDER, recipe, params)
    frames = hashlib.sha256("".join(person.clip.store.sha256 for person in people).encode()).hexdigest()

    def made_of(schedule: Schedule, **parameters: Any) -> dict[str, Any]:
        common = recipe.model_dump(exclude={"body", "face"})
        return common | schedule.model_dump() | {"frames": frames, "train": params.train.model_dump()} | parameters

    def checkpoints(name: str, its: Params, folder: Path) -> Checkpoints:
        print(f"{name}: {its.train.steps + its.train.decay_steps} steps")
        return Checkpoints(folder, params.checkpoints.every, params.checkpoints.keep)

    its, architecture = with_schedule(params, recipe.body), body_architecture(params.train)
    with run_folder(run_key("prior_body", frames, [], its.train.model_dump(), device)) as folder:
        some = people[: recipe.body.people]
        learned = train_body(some, architecture, its, precision, device, checkpoints("body", its, folder))
        save_prior(paths.BODY_PRIOR, learned, architecture, made_of(recipe.body))
        finish(folder)

    body = BodyGenerator(**architecture)
    start_from_prior(body, paths.BODY_PRIOR, architecture)  # as it was saved, in half precision
    its, architecture = with_schedule(params, recipe.face), face_architecture(params.face, params.train)
    parameters = {"face": its.face.model_dump(), "train": its.train.model_dump()}
    with run_folder(run_key("prior_face", frames, [paths.BODY_PRIOR], parameters, device)) as folder:
        some, kept = people[: recipe.face.people], checkpoints("face", its, folder)
        face = train_face(some, body, architecture, its, precision, device, kept, folder / "crops")
        save_prior(paths.FACE_PRIOR, face, architecture, made_of(recipe.face, face=params.face.model_dump()))
        finish(folder)
    print(f"the prior: {paths.BODY_PRIOR} and {paths.FACE_PRIOR}")


if __name__ == "__main__":
    run(main)
