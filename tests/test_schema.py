"""The schema of params.yaml for editors."""

import json

import jsonschema
import pytest

from pipeline.params.schema import SCHEMA, schema


def test_the_schema_is_that_of_the_parameters(project, default_params):
    assert json.loads(SCHEMA.read_text()) == schema()
    first = (project / "params.yaml").read_text().splitlines()[0]
    assert first == f"# yaml-language-server: $schema={SCHEMA.relative_to(project)}"
    jsonschema.validate(default_params, schema())


@pytest.mark.parametrize(("section", "key", "value"), [
    ("train", "steps", "many"), ("train", "precision", "fp8"), ("face", "unknown", 1), ("target", "person", "tallest"),
])  # fmt: skip
def test_what_the_parameters_refuse_the_schema_refuses(default_params, section, key, value):
    default_params[section][key] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(default_params, schema())


def test_a_place_is_a_person_too(default_params):
    default_params["target"]["person"] = [0.3, 0.5]
    jsonschema.validate(default_params, schema())
