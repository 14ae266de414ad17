"""What a page was made of: parameters, versions, the clips and the code."""

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from dvc.scm import SCM, SCMError

from pipeline.clips import paths
from pipeline.params import Params
from pipeline.params.preset import load_preset, written
from pipeline.params.whole import PARAMS_FILE
from pipeline.runtime.files import read_json

PACKAGES = "torch", "numpy", "opencv-contrib-python", "ai-edge-litert", "lpips", "dvc"
SHORT = 12  # digits of a hash


def provenance(params: Params) -> dict[str, Any]:
    """Rows of (what, value), values that differ from the preset demo, and the whole of ``params.yaml``."""
    clips = [(f"{name}'s video, SHA-256", f"{read_json(paths.frames(name).with_suffix('.json'))['sha256'][:SHORT]}…")
             for name in ("target", *params.sources)]
    rows = [
        ("code", commit()),
        ("seed", str(params.train.seed)),
        ("Python", f"{platform.python_version()} on {platform.system()}, {platform.machine()}"),
        *((package, version(package)) for package in PACKAGES),
        *clips,
    ]
    return {"rows": rows, "changed": changed(params), "params": PARAMS_FILE.read_text()}


def changed(params: Params) -> list[tuple[str, str, str]]:
    """(key, value, the preset demo's value) of all that this preset sets and that is set otherwise."""
    ours = params.model_dump(mode="json")
    return [(key, written(_at(ours, key)), written(value)) for key, value in _flat(load_preset("demo"))
            if _at(ours, key) != value]


def commit() -> str:
    """The commit that the project's folder is at, and whether tracked files have been changed since."""
    try:
        scm = SCM(root_dir=".", search_parent_directories=True)
    except SCMError:
        return "not in a git repository"
    try:
        return f"commit {scm.get_rev()[:SHORT]}" + (", with changes to tracked files" if scm.is_dirty() else "")
    except SCMError:
        return "not committed yet"
    finally:
        scm.close()


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield prefix + key, value


def _at(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values[part]
    return values
