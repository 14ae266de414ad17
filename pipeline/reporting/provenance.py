"""What a page was made of: parameters, versions and clips. (Which commit, DVC knows: the page would tell of another one
than it is committed with.)"""

import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from io import StringIO
from typing import Any

from ruamel.yaml import YAML

from pipeline.clips import paths
from pipeline.params import Params
from pipeline.params.preset import load_preset, written
from pipeline.runtime.files import read_json

PACKAGES = "torch", "numpy", "opencv-contrib-python", "ai-edge-litert", "lpips", "dvc"
NO_MATTER = {"checkpoints", "log"}  # sections on which no result depends
SHORT = 12  # digits of a hash


def provenance(params: Params) -> dict[str, Any]:
    """Rows of (what, value), values that differ from the preset demo, and all values as YAML."""
    clips = [(f"{name}'s video, SHA-256", f"{read_json(paths.frames(name).with_suffix('.json'))['sha256'][:SHORT]}…")
             for name in ("target", *params.sources)]
    text = StringIO()
    YAML().dump(params.model_dump(mode="json", exclude=NO_MATTER, exclude_unset=True), text)
    rows = [
        ("seed", str(params.train.seed)),
        ("Python", f"{platform.python_version()} on {platform.system()}, {platform.machine()}"),
        *((package, version(package)) for package in PACKAGES),
        *clips,
    ]
    return {"rows": rows, "changed": changed(params), "params": text.getvalue()}


def changed(params: Params) -> list[tuple[str, str, str]]:
    """(key, value, the preset demo's value) of all that this preset sets and that is set otherwise."""
    ours = params.model_dump(mode="json")
    return [(key, written(_at(ours, key)), written(value)) for key, value in _flat(load_preset("demo"))
            if _at(ours, key) != value and key.split(".")[0] not in NO_MATTER]


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
