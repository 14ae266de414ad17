"""The networks that find people, for tests that run in folders of their own."""

from pathlib import Path

from pipeline.clips.paths import DETECTOR

PROJECT = Path(__file__).parent.parent


def link_networks(folder: Path) -> None:
    """Let ``folder`` have the project's."""
    (folder / DETECTOR).parent.mkdir(parents=True, exist_ok=True)
    (folder / DETECTOR).symlink_to(PROJECT / DETECTOR)
