"""Stage report: one page that shows the result and everything that was measured on the way."""

from typing import Any

import pandas as pd

from pipeline.clips import paths
from pipeline.evaluation import registry
from pipeline.evaluation.measure import Plot
from pipeline.evaluation.paper_tables import CAVEAT, row_name, tables
from pipeline.evaluation.records import flat, plots, unmeasured
from pipeline.evaluation.summary import numbers, verdict
from pipeline.params import load_params
from pipeline.reporting.charts import Chart, charts_uri
from pipeline.reporting.delivered import delivered_sections
from pipeline.reporting.page import render_page
from pipeline.reporting.pictures import picture_uri
from pipeline.reporting.training import training_sections
from pipeline.runtime.files import atomic, read_json
from pipeline.user.cli import UserError, minutes_by_stage, run

TRAINING = {
    paths.BODY_LOG: "pose, generated, real",
    paths.FACE_LOG: "pose, body generator, with the face generator's residual, real",
}
PARTS = ("body", "face", "left_hand", "right_hand")


def report(names: list[str], run_name: str, size: str) -> str:
    """The page as HTML: videos, scores against the truth and beside the paper's, pictures, poses, training.

    names: the sources. run_name: the row of the paper's tables that this run is. size: of its pictures, in
    words. Raises UserError if a file that a stage should have made is missing.
    """
    metrics = read_json(paths.METRICS)
    lpips = registry.lpips_in(flat(metrics))
    return render_page(
        run=run_name,
        size=size,
        verdict=verdict(metrics),
        numbers=numbers(metrics),
        sources=[source_section(name) for name in names],
        transfers=delivered_sections(metrics.get("transfer", {})),
        metrics=metrics,
        tables=tables(metrics, run_name),
        caveat=CAVEAT,
        lpips_note=lpips_note(lpips),
        measures=registry.of_held_out(lpips),
        unmeasured=unmeasured(metrics),
        frames=picture_uri(paths.HELD_OUT_PICTURE),
        frame_charts=charts_uri([frame_chart(plot) for plot in plots(lpips)]),
        parts=PARTS,
        background=picture_uri(paths.BACKGROUND_PICTURE),
        clips=[clip_section(name) for name in ("target", *names)],
        phases=[phase for log, columns in TRAINING.items() for phase in training_sections(log, columns)],
    )


def lpips_note(lpips: str) -> str:
    """Which variant of LPIPS was measured, if it is not the paper's. lpips: its name, like ``lpips_alex``."""
    if lpips == registry.PAPERS_LPIPS:
        return ""
    note = f"{lpips} is LPIPS over another network than the paper's, on a scale of its own"
    return note + (", with untrained (uniform) weights." if "efficientnet" in lpips else ".")


def frame_chart(plot: Plot) -> Chart:
    """A chart of what evaluate measured by frame."""
    table = pd.DataFrame(read_json(paths.PLOTS / f"{plot.name}.json")).astype("float64")
    return Chart(plot.title, "frame", {name: (table["frame"], table[name]) for name in table if name != "frame"})


def clip_section(name: str) -> dict[str, Any]:
    """How often the detector found each part of the person in a clip."""
    return {"name": name, **read_json(paths.poses(name).with_suffix(".json"))}


def source_section(name: str) -> dict[str, Any]:
    """A source's videos, which are linked, and its normalization."""
    for video in (paths.video(name), paths.side_by_side(name)):
        if not video.is_file():
            raise UserError(
                f"{video} is missing: run `dvc repro`, or `python -m pipeline.transfer {name}`, first"
            )
    fit = read_json(paths.normalized(name).with_suffix(".json"))
    return {"name": name, "fit": fit, "plot": picture_uri(paths.normalization_plot(name))}


def main() -> None:
    params = load_params()
    names = list(params.sources)
    target = read_json(paths.frames("target").with_suffix(".json"))
    size = f"{target['width']}x{target['height']}"
    html = report(names, row_name(params.train, params.face), size)
    with atomic(paths.PAGE) as partial:
        partial.write_text(html)

    for name in names:
        print(f"video: {paths.video(name)}, beside the source and the pose: {paths.side_by_side(name)}")
    print(f"metrics: {paths.SUMMARY}, all of them {paths.METRICS}, by frame {paths.PER_FRAME}")
    pictures = paths.BACKGROUND_PICTURE, paths.HELD_OUT_PICTURE, *TRAINING, *map(paths.normalization_plot, names)
    print(f"pictures: {', '.join(map(str, pictures))}")
    minutes = minutes_by_stage(["target", *names])
    minutes.pop("report", None)  # its last run's, since this one has not ended
    if minutes:
        parts = ", ".join(f"{stage} {each:.1f}" for stage, each in minutes.items())
        print(f"minutes, when each stage last ran here: {parts}; together {sum(minutes.values()):.1f}")
    print(verdict(read_json(paths.METRICS)))
    print(f"all of it on one page: {paths.PAGE}")


if __name__ == "__main__":
    run(main)
