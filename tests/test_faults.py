"""Runs of `dvc repro` that fail, are interrupted or killed, and names that a shell would obey.

Nobody's video gets anywhere.
"""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from tiny_project import call, change, commit, environment, make_project, succeed

pytestmark = pytest.mark.slow
RANDOM = random.Random(0)
STAGES = (
    "check", "decode_target", "decode@tango", "keypoints_target", "keypoints@tango", "background", "normalize@tango",
    "preflight", "train_body", "train_face", "transfer@tango", "evaluate", "report",
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A tiny project with somebody's own two videos, given to DVC as README says, before anything was run."""
    folder = tmp_path_factory.mktemp("private") / "project"
    make_project(folder)
    for clip, name in (("target", "me"), ("dancer", "tango")):
        (folder / f"data/raw/{clip}/video.mp4").rename(folder / f"data/raw/{name}.mp4")
    succeed(folder, "git", "checkout", "data/raw")
    succeed(folder, "dvc", "add", "-q", "data/raw/me.mp4", "data/raw/tango.mp4")
    change(folder, target={"video": "data/raw/me.mp4"}, checkpoints={"every": 0})
    yaml = YAML()
    params = yaml.load(folder / "params.yaml")
    params["sources"] = {"tango": {"video": "data/raw/tango.mp4", "truth": "data/raw/truth/dancer"}}
    yaml.dump(params, folder / "params.yaml")
    commit(folder, "clips")
    return folder


def shown_by_git(folder: Path) -> set[str]:
    """What `git add -A` would take in."""
    lines = succeed(folder, "git", "status", "--porcelain", "--ignored=no", "--untracked-files=all").splitlines()
    return {line[3:] for line in lines}


def start(folder: Path, stage: str) -> subprocess.Popen:
    """`dvc repro` of one stage in a process group of its own, as in a terminal, until the stage itself runs."""
    process = subprocess.Popen(["dvc", "repro", "-f", "-s", stage], cwd=folder, env=environment(),
                               start_new_session=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = ""
    while "Running stage" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return process


def stop(folder: Path, stage: str, number: signal.Signals) -> None:
    process = start(folder, stage)
    time.sleep(RANDOM.uniform(0.2, 3))
    if process.poll() is None:
        os.killpg(process.pid, number)
    process.communicate(timeout=60)


def heal(folder: Path) -> None:
    """The cures of README for what a killed DVC may leave."""
    if "dvc.lock" in call(folder, "dvc", "stage", "list").stderr:
        succeed(folder, "git", "checkout", "dvc.lock")
    lock = folder / ".dvc/tmp/rwlock"
    try:
        json.loads(lock.read_text() if lock.is_file() else "{}")
    except json.JSONDecodeError:
        lock.unlink()
    if (folder / ".dvc/cache/runs").is_dir():
        succeed(folder, "find", ".dvc/cache/runs", "-type", "d", "-empty", "-delete")


def test_no_frame_of_a_private_video_is_ever_shown_to_git(project):
    expected = {"dvc.lock", "params.yaml"}
    change(project, device="none")
    assert call(project, "dvc", "repro").returncode
    assert shown_by_git(project) <= expected
    change(project, device="auto")
    for stage in STAGES:
        for number in (signal.SIGINT, signal.SIGKILL):
            stop(project, stage, number)
            assert shown_by_git(project) <= expected, f"{stage} got {number.name}"
        heal(project)
        succeed(project, "dvc", "repro", "-s", stage)
        assert shown_by_git(project) <= expected, f"{stage} was run"
    # Nothing is half-written in what stages depend on. (A lock cut short by a kill has lost stages: they come back.)
    succeed(project, "dvc", "repro")
    assert succeed(project, "dvc", "status").strip().endswith("up to date.")
    assert not (project / ".unfinished").exists()
    succeed(project, "dvc", "plots", "show")
    commit(project, "README's next line")
    private = {".jpg", ".png", ".mp4", ".html", ".safetensors", ".parquet"}
    taken_in = succeed(project, "git", "diff", "--name-only", "HEAD~1").split()
    assert not [name for name in taken_in if Path(name).suffix in private]


def test_what_a_kill_leaves_is_gone_after_the_next_run_and_no_dependency_has_changed(project):
    before = (project / "dvc.lock").read_text()
    leftover = project / ".unfinished/0123-4"
    leftover.mkdir(parents=True)
    (leftover / "target.parquet").write_bytes(bytes(10**6))
    # also where a mounted folder has a place of its own
    for folder in ("data/background", "data/frames", "data/poses", "reports/videos"):
        (project / folder / ".unfinished/0123-4").mkdir(parents=True)
        (project / folder / ".unfinished/0123-4/left.parquet").write_bytes(bytes(1000))
    assert succeed(project, "dvc", "status").strip().endswith("up to date.")
    succeed(project, "dvc", "repro", "-f", "-s", "report")
    assert not (project / ".unfinished").exists()
    assert (project / "dvc.lock").read_text() == before


HOSTILE = (
    "x; touch pwned", "x;touch${IFS}pwned", "x`touch pwned`", "x$(touch pwned)", "x' ; touch pwned ; '",
    'x" ; touch pwned ; "', "x|touch pwned", "x && touch pwned", "x\ntouch pwned", "x > pwned", "-h", "--help",
    "my dance", "a.b", "*", "~", "..", "/etc/x", "a/b", "$HOME", "x\\", "x#", "{a,b}", "é", "a_side_by_side",
)  # fmt: skip


@pytest.fixture
def named(project):
    """``named(names)`` calls the sources so, and leaves a file of the user's where ``../../notes`` points to."""
    text = (project / "params.yaml").read_text()

    def name(names):
        yaml = YAML()
        params = yaml.load(project / "params.yaml")
        params["sources"] = {each: {"video": "data/raw/tango.mp4"} for each in names}
        yaml.dump(params, project / "params.yaml")
        (project / "notes.json").write_text("mine")

    yield name
    (project / "params.yaml").write_text(text)
    (project / "notes.json").unlink(missing_ok=True)


def test_every_hostile_name_is_told_before_any_clip_is_touched(project, named):
    named(HOSTILE)
    result = call(project, "dvc", "repro")
    said = result.stdout + result.stderr
    assert result.returncode
    run = [line.split("'")[1] for line in said.splitlines() if line.startswith("Running stage")]
    assert run in (["check"], ["detector", "check"])  # which touches no clip either
    assert "Traceback" not in said
    for name in HOSTILE:
        assert f"sources.{name} is not allowed as a name" in said
    assert not list(project.rglob("pwned"))


@pytest.mark.parametrize("name", [HOSTILE[0], HOSTILE[2], HOSTILE[3], HOSTILE[4], HOSTILE[5]])
def test_no_shell_obeys_a_name_even_if_its_stage_alone_is_run(project, named, name):
    named([name])
    (project / "reports/check.txt").write_text("Checked, as far as DVC knows.")
    result = call(project, "dvc", "repro", "-s", f"decode@{name}")
    assert result.returncode
    assert "is not allowed as a name" in result.stdout + result.stderr
    assert not list(project.rglob("pwned"))


@pytest.mark.parametrize("names", [["a", "a_side_by_side"], ["target"], ["../../notes"], ["../raw/dancer/video"]])
def test_names_that_would_write_what_is_anothers_run_nothing(project, named, names):
    """DVC itself sees that two of its stages would; the check alone says it in plain words."""
    named(names)
    result = call(project, "dvc", "repro")
    said = result.stdout + result.stderr
    assert result.returncode and "Running stage" not in said
    assert names[-1] in said
    result = call(project, "dvc", "repro", "-s", "check")
    assert f"sources.{names[-1]} is not allowed as a name" in result.stdout + result.stderr
    assert (project / "notes.json").read_text() == "mine"
