"""What the rest of the pipeline will take, told by running a few steps of the real stages in a folder of their own."""

import os
import re
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from ruamel.yaml import YAML

from pipeline.params import Params
from pipeline.user.cli import UserError

STEPS = {"train": 6, "face": 8}
WORTH = 10  # times as many steps must be trained
NEEDED = "data", "models/detector", "prior", "reports/check.txt"  # what the stages read, and their code does not bring
EACH = re.compile(r"^(\w+): (\d+) steps, ([0-9.e+-]+) s each", re.MULTILINE)
RENDERED = re.compile(r"(\d+) frames, ([0-9.e+-]+) s each")
WRITING = 1.1  # of what rendering alone takes: what laying over the plate, the face and the encoder add to it


@dataclass(frozen=True)
class Costs:
    """seconds: by stage. memory: bytes, of the largest process, on a CPU. checkpoints: bytes on the disk meanwhile."""

    seconds: dict[str, float]
    memory: int
    checkpoints: int


def worth_trying(params: Params) -> bool:
    """Whether training takes so long that a try of it tells something before it is over."""
    return _steps(params, "train") > WORTH * STEPS["train"]


def measure_costs(params: Params, training_frames: int, dance_frames: dict[str, int]) -> Costs:
    """Train body and face for a few steps and extrapolate to all of ``params``'s steps and frames.

    training_frames: of the target, with the person. dance_frames: by source. Raises UserError if a stage fails, which
    then would have failed later.
    """
    with TemporaryDirectory() as folder:
        project = Path(folder)
        for name in NEEDED:
            if Path(name).exists():
                (project / name).parent.mkdir(parents=True, exist_ok=True)
                (project / name).symlink_to(Path(name).resolve())
        YAML().dump(_shortened(params), project / "params.yaml")
        took, body, _ = _run("train_body", project)
        start = took - sum(tried * each for tried, each in body.values())
        coarse_steps = params.train.coarse_steps + params.train.coarse_decay_steps
        seconds = {"train_body": start + _steps(params, "train") * body["body"][1]}
        if "coarse" in body:
            seconds["train_body"] += coarse_steps * body["coarse"][1]
        if params.face.enabled:  # else nothing is rendered before `transfer`, and so nothing tells how fast
            _, face, rendering = _run("train_face", project)
            steps = _steps(params, "face")
            crops = min(training_frames, steps * params.face.batch)
            seconds["train_face"] = start + crops * rendering + steps * face["face"][1]
            for name, frames in dance_frames.items():
                seconds[f"transfer {name}"] = start + frames * rendering * WRITING
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        weights = sum(file.stat().st_size for file in (project / "models").glob("*.safetensors"))
    # two sets of networks, with Adam's two moments and the average, of which the newest few are kept
    return Costs(seconds, memory, 8 * weights * params.checkpoints.keep)


def _shortened(params: Params) -> dict[str, Any]:
    """``params`` for a few steps."""
    content = params.model_dump(mode="json", exclude_none=False)
    for clip in (content["target"], *content["sources"].values()):
        for key in [key for key, value in clip.items() if value is None]:
            del clip[key]
    for section, steps in STEPS.items():
        content[section] |= {"steps": steps, "decay_steps": 0}
    processes = params.train.devices * params.train.nodes  # each of which has its part of every batch
    content["train"] |= {"frozen_global_steps": 0, "devices": 1, "nodes": 1, "batch": params.train.batch // processes}
    content["face"] |= {"batch": params.face.batch // processes}
    if params.train.perceptual_weights:
        content["train"] |= {"perceptual_weights": str(Path(params.train.perceptual_weights).resolve())}
    if content["train"]["coarse_steps"]:
        content["train"] |= {"coarse_steps": 1, "coarse_decay_steps": 0}
    content["log"] |= {"every": 1000, "samples_every": 1000}
    return content


def _steps(params: Params, section: str) -> int:
    part = getattr(params, section)
    return part.steps + part.decay_steps


def _run(stage: str, project: Path) -> tuple[float, dict[str, tuple[int, float]], float]:
    """Run a stage of the ``project``. -> s in all; steps and s a step of each phase; s a frame that it rendered."""
    root = str(Path(__file__).parents[2])
    environment = os.environ | {"PYTHONPATH": root, "EVERYBODY_DANCE_CACHE": str(project / "cache")}
    command = [sys.executable, "-m", f"pipeline.{stage}"]
    begin = perf_counter()
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True)
    took = perf_counter() - begin
    if done.returncode:
        raise UserError(f"a try of {stage} failed: {(done.stderr.strip().splitlines() or ['no reason given'])[-1]}")
    rendered = RENDERED.findall(done.stderr)
    phases = {phase: (int(steps), float(each)) for phase, steps, each in EACH.findall(done.stdout)}
    return took, phases, float(rendered[-1][1]) if rendered else 0.0
