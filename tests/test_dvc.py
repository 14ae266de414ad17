"""dvc.yaml: every stage depends on the folders of the modules that it reaches, and on every parameter that it reads."""

import ast
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.evaluation.records import plots
from pipeline.params import TRUTH

PROJECT = Path(__file__).parent.parent
PIPELINE = YAML(typ="safe").load(PROJECT / "dvc.yaml")
STAGES = PIPELINE["stages"]
PARAMS = YAML(typ="safe").load(PROJECT / "params.yaml")
# They check parameters and print errors but cannot change an output: params.yaml's values are tracked as
# `params`, and a new metric's parameter must not retrain a network.
PLUMBING = ("pipeline/params/", "pipeline/user/")
MOST_SUPERFLUOUS = 26  # modules in a stage's folders that it does not reach


def stage(name):
    return STAGES[name].get("do", STAGES[name])


def module_of(command):
    return Path(*command.split()[2].split(".")).with_suffix(".py")


def imported(module: Path) -> set[Path]:
    """The files inside pipeline/ that a file imports, at its top or inside its functions."""
    names = set()
    for node in ast.walk(ast.parse((PROJECT / module).read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    paths = {Path(*name.split(".")).with_suffix(".py") for name in names if name.startswith("pipeline.")}
    return {path for path in paths if (PROJECT / path).is_file()}


def closure(module: Path) -> set[str]:
    seen, queue = set(), [module]
    while queue:
        if (current := queue.pop()) not in seen:
            seen.add(current)
            if not str(current).startswith(PLUMBING):
                queue.extend(imported(current))
    return {str(path) for path in seen if not str(path).startswith(PLUMBING)}


@pytest.mark.parametrize("name", STAGES)
def test_code_dependencies_are_the_folders_of_the_import_closure(name, capsys):
    script, *folders = [dep for dep in stage(name)["deps"] if dep.startswith("pipeline/")]
    reached = closure(module_of(stage(name)["cmd"]))
    assert script == str(module_of(stage(name)["cmd"]))
    assert folders == sorted({str(Path(module).parent) for module in reached - {script}})
    held = {str(file.relative_to(PROJECT)) for folder in folders for file in (PROJECT / folder).glob("*.py")}
    superfluous = sorted(module for module in held - reached if Path(module).name != "__init__.py")
    with capsys.disabled():
        print(f"\n{name} depends on {len(superfluous)} modules of {len(held)} that it does not reach", end="")
    assert len(superfluous) <= MOST_SUPERFLUOUS or name == "check"  # which takes seconds and writes the same


def test_folders_import_each_other_one_way_only():
    """No folder reaches itself through others, so each can be read after those that it stands on."""
    below: dict[str, set[str]] = {}
    for file in (PROJECT / "pipeline").rglob("*.py"):
        folder = file.parent.relative_to(PROJECT / "pipeline").as_posix()
        above = {module.parent.relative_to("pipeline").as_posix() for module in imported(file.relative_to(PROJECT))}
        below.setdefault(folder, set()).update(above - {folder})
    while below:
        ground = [folder for folder, others in below.items() if not others & below.keys()]
        assert ground, f"these import each other in a circle: {sorted(below)}"
        for folder in ground:
            del below[folder]


@pytest.mark.parametrize("name", STAGES)
def test_parameters_read_are_parameters_tracked(name):
    """Sections that the stage's script takes from `params` are the sections that DVC tracks for it."""
    tree = ast.parse((PROJECT / module_of(stage(name)["cmd"])).read_text())
    main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
    read = {
        node.attr for node in ast.walk(tree if name == "check" else main)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "params"
    }
    tracked = {param.split(".")[0] for param in stage(name).get("params", [])}
    # neither the device nor checkpoints nor logs change the experiment; clips are dependencies by their files
    apart = {"device", "checkpoints", "log", "clip", "source", "sources", "target"}
    if name == "report":  # which shows all of them
        read = set(PARAMS)
    assert read - apart == tracked - apart


@pytest.mark.parametrize("section", ["log", "checkpoints"])
def test_what_no_weights_depend_on_reruns_nothing(section):
    assert not [name for name in STAGES if section in {param.split(".")[0] for param in stage(name).get("params", [])}]


def test_evaluate_tracks_which_truth_belongs_to_which_source():
    assert "sources" in STAGES["evaluate"]["params"]
    assert str(TRUTH) in STAGES["evaluate"]["deps"]


@pytest.mark.parametrize(("folder", "rerun"), [
    ("evaluation", {"evaluate", "report"}), ("losses", {"train_body", "train_face", "evaluate"}),
    ("foresight", {"preflight"}), ("reporting", {"preflight", "report"}),
    ("training", {"train_body", "train_face"}), ("scene", {"background", "train_body"}),
    ("litert", {"detector", "keypoints", "keypoints_target", "background", "evaluate"}),
    ("body", {"train_body"}), ("face", {"train_face"}),
    ("rendering", {"train_face", "transfer", "evaluate"}), ("detection", {"keypoints", "keypoints_target", "evaluate"}),
    ("normalization", {"normalize", "preflight", "evaluate"}),
])  # fmt: skip
def test_an_edit_reruns_what_it_can_change(folder, rerun):
    stale = {name for name in STAGES if f"pipeline/{folder}" in stage(name)["deps"]}
    assert stale - {"check"} == rerun  # whatever check looks at, it writes the same


def test_everything_waits_for_the_check_of_names_and_parameters():
    for name in ("decode_target", "decode"):
        assert "reports/check.txt" in stage(name)["deps"]
    assert stage("check")["outs"] == ["reports/check.txt"]


def test_no_text_of_the_users_reaches_a_shell():
    for name in STAGES:
        assert "${" not in stage(name)["cmd"]


def test_dvc_draws_every_curve_that_a_measure_declares():
    drawn = {path: entry["y"] for each in PIPELINE["plots"] if isinstance(each, dict) for path, entry in each.items()
             if path.startswith("reports/plots/")}  # fmt: skip
    assert drawn == {f"reports/plots/{plot.name}.json": list(curves) for plot, curves in plots("lpips_alex").items()}
