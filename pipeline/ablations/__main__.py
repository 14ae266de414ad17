"""Ablations in one command: a grid of DVC experiments over several seeds, laid out as the paper's tables.

    python -m pipeline.ablations paper 3

runs the rows of the grid ``paper`` of grids.yaml with 3 seeds each. Writes reports/ablations/<grid>.md and .csv, anew
after every experiment, so that a grid that is stopped shows what it has; run again, it takes what is done from DVC's
cache.
"""

from typing import Any

from pipeline.ablations.experiments import run_experiment
from pipeline.ablations.grid import experiment_name, load_grid
from pipeline.ablations.summary import as_markdown, summarize_grid
from pipeline.clips import paths
from pipeline.evaluation.paper_tables import CAVEAT
from pipeline.params import load_params
from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError, run


def main(grid: str, seeds: str) -> None:
    rows = load_grid(grid)
    if not seeds.isdigit() or not int(seeds):
        raise UserError(f"seeds is {seeds!r}; allowed: how many experiments a row has, at least 1")
    load_params()  # what is wrong in params.yaml is told before any experiment starts
    runs: dict[str, list[dict[str, Any]]] = {row: [] for row in rows}
    for seed in range(int(seeds)):  # seed by seed: a grid that is stopped has something of every row
        for row, settings in rows.items():
            runs[row].append(run_experiment(experiment_name(grid, row, seed), settings, seed))
            write_tables(grid, runs)
    print((paths.ABLATIONS / f"{grid}.md").read_text())
    print(f"tables: {paths.ABLATIONS / grid}.md and .csv; the experiments: dvc exp show")


def write_tables(grid: str, runs: dict[str, list[dict[str, Any]]]) -> None:
    """The tables of the metrics (lists by seed) of every row so far."""
    summary = summarize_grid(runs)
    with atomic(paths.ABLATIONS / f"{grid}.csv") as partial:
        summary.to_csv(partial, index=False)
    with atomic(paths.ABLATIONS / f"{grid}.md") as partial:
        partial.write_text(
            f"# Ablations: {grid}\n\nMean ± standard deviation over seeds. {CAVEAT}\n\n{as_markdown(summary)}"
        )


if __name__ == "__main__":
    run(main, "grid", "seeds")
