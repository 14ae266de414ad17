"""Everybody Dance Now: one command for every script of the pipeline.

    everybody-dance-now <script> [<argument> ...]

is the same as `python -m pipeline.<script>`, run in the project's folder; with --help it tells what the script does.
`dvc repro` runs all stages that have to be run.
"""

import ast
import runpy
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
        sys.argv = [name, *arguments]
        sys.path.insert(0, "")  # a project's own copy of the pipeline comes first, as with `python -m`
        runpy.run_module(f"pipeline.{name}", run_name="__main__", alter_sys=True)
        return
    print(__doc__, *(f"  {script:12}{about}" for script, about in known.items()), sep="\n")
    sys.exit(0 if name in ("-h", "--help") else 2)


if __name__ == "__main__":
    main()
