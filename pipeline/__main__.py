"""Everybody Dance Now: one command for every script of the pipeline.

    everybody-dance-now <script> [<argument> ...]

is the same as `python -m pipeline.<script>`, run in the project's folder; with --help it tells what the script does.
`dvc repro` runs all stages that have to be run.
"""

import ast
import os
import sys
from pathlib import Path

FOLDER = Path(__file__).parent


def scripts() -> dict[str, str]:
    """The scripts by name, each with the first sentence that it says of itself."""
    files = {file.stem: file for file in FOLDER.glob("[!_]*.py")}
    files |= {file.parent.name: file for file in FOLDER.glob("*/__main__.py")}
    return {name: (ast.get_docstring(ast.parse(files[name].read_text())) or "").splitlines()[0]
            for name in sorted(files)}


def main() -> None:
    """Run the script that the command line names, or list them all."""
    known, (name, *arguments) = scripts(), sys.argv[1:] or ["--help"]
    if name in known:
        # a process of its own, in which the project's copy of the pipeline comes before an installed one
        os.execv(sys.executable, [sys.executable, "-m", f"pipeline.{name}", *arguments])  # noqa: S606
    print(__doc__, *(f"  {script:12}{about}" for script, about in known.items()), sep="\n")
    sys.exit(0 if name in ("-h", "--help") else 2)


if __name__ == "__main__":
    main()
