"""Presets: named sets of values, laid over ``params.yaml`` without touching the rest of it."""

from collections.abc import Mapping, MutableMapping
from io import BytesIO
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import ScalarNode
from ruamel.yaml.representer import RoundTripRepresenter

from pipeline.user.cli import UserError

PRESETS = Path(__file__).with_name("presets")  # <name>.yaml: sections of params.yaml with the keys that the preset sets


def preset_names() -> list[str]:
    """The names of all presets."""
    return sorted(path.stem for path in PRESETS.glob("*.yaml"))


def load_preset(name: str) -> dict[str, Any]:
    """The sections of the preset ``name`` and what it sets in them. Raises UserError for a name that is not there."""
    if name not in preset_names():
        raise UserError(f"there is no preset {name!r}; there are: {', '.join(preset_names())}")
    return YAML(typ="safe").load(PRESETS / f"{name}.yaml")


def apply_preset(preset: Mapping[str, Any], text: bytes) -> tuple[bytes, list[str]]:
    """Set the preset's values in ``text``, a valid params.yaml.

    -> (the new text, a line ``key: old -> new`` for each change). Comments, order and whatever the preset does not name
    stay as they are.
    """
    yaml = YAML()
    yaml.Representer = _Representer
    yaml.preserve_quotes = True
    yaml.width = 4096  # columns: no line is broken
    content = yaml.load(text)
    changes = _lay_over(content, preset)
    stream = BytesIO()
    yaml.dump(content, stream)
    return stream.getvalue(), changes


class _Representer(RoundTripRepresenter):
    """Writes null as the word, which ruamel.yaml leaves out."""

    def represent_null(self, data: None) -> ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:null", "null")


_Representer.add_representer(type(None), _Representer.represent_null)


def _lay_over(content: MutableMapping[str, Any], preset: Mapping[str, Any], section: str = "") -> list[str]:
    changes = []
    for key, value in preset.items():
        if isinstance(value, Mapping):
            changes += _lay_over(content[key], value, f"{section}{key}.")
        elif content[key] != value:
            changes.append(f"{section}{key}: {written(content[key])} -> {written(value)}")
            content[key] = value
    return changes


def written(value: bool | float | str | None) -> str:
    """A value as YAML has it."""
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
