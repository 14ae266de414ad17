"""Set params.yaml to a preset.

    python -m pipeline.params paper

lays the values of presets/paper.yaml over params.yaml, which keeps its clips, its comments and every other value, and
says what has changed.
"""

from pipeline.params.preset import apply_preset, load_preset
from pipeline.params.whole import PARAMS_FILE, load_params, parse_params
from pipeline.runtime.files import atomic
from pipeline.user.cli import run


def main(name: str) -> None:
    preset = load_preset(name)
    load_params()  # what is wrong already is told as such, and not as the preset's fault
    text, changes = apply_preset(preset, PARAMS_FILE.read_bytes())
    parse_params(text, f"{PARAMS_FILE} with the preset {name}")
    if changes:
        with atomic(PARAMS_FILE) as partial:
            partial.write_bytes(text)
    print("\n".join(changes) or f"{PARAMS_FILE} has the values of the preset {name} already")


if __name__ == "__main__":
    run(main, "preset")
