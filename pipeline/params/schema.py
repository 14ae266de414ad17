"""The JSON schema of params.yaml, by which editors complete and check it: made from the parameters' own definitions.

    python -m pipeline.params.schema

writes pipeline/params/schema.json, which the first line of params.yaml names.
"""

from pathlib import Path
from typing import Any

from pipeline.params.whole import Params
from pipeline.runtime.files import write_json
from pipeline.user.cli import run

SCHEMA = Path(__file__).with_name("schema.json")


def schema() -> dict[str, Any]:
    """The schema as JSON holds it."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Params.model_json_schema()}


def main() -> None:
    write_json(SCHEMA, schema())
    print(f"schema of params.yaml: {SCHEMA}")


if __name__ == "__main__":
    run(main)
