"""Stage report: one page that shows the result and everything that was measured on the way."""

from typing import Any

from pipeline.clips import paths
from pipeline.evaluation import registry
from pipeline.evaluation.paper_tables import CAVEAT, row_name, tables
from pipeline.evaluation.records import flat, unmeasured
from pipeline.evaluation.summary import numbers, verdict
from pipeline.params import Params, load_params
from pipeline.reporting.delivered import delivered_section
from pipeline.reporting.page import render_page
from pipeline.reporting.pictures import picture_uri
from pipeline.reporting.player import MAILED
from pipeline.reporting.players import held_out_player, held_out_strip, source_player, source_strip
from pipeline.reporting.provenance import provenance
from pipeline.reporting.strip import Strip
from pipeline.reporting.training import training_sections
from pipeline.runtime.files import atomic, read_json
from pipeline.user.cli import minutes_by_stage, run
from pipeline.video.encode import SYNTHETIC

TRAINING = paths.BODY_LOG, paths.FACE_LOG
PARTS = ("body", "face", "left_hand", "right_hand")


def report(params: Params, strips: dict[str, Strip]) -> str:
    """The page as HTML: players, scores against the truth and beside the paper's, pictures, poses, training.

    strips: of every source, and "" for the held-out frames. Raises UserError if a file that a stage should have made is
    missing.
    """
    metrics, names = read_json(paths.METRICS), list(params.sources)
    lpips, run_name = registry.lpips_in(flat(metrics)), row_name(params.train, params.face)
    target = read_json(paths.frames("target").with_suffix(".json"))
    inside = sum(strip.path.stat().st_size for strip in strips.values()) <= MAILED
    players = {name: source_player(params, name, strips[name], metrics, inside) for name in names}
    return render_page(
        "page.html",
        run=run_name,
        size=f"{target['width']}x{target['height']}",
        synthetic=SYNTHETIC,
        verdict=verdict(metrics),
        numbers=numbers(metrics),
        sources=[source_section(name) for name in names],
        players=players | {"": held_out_player(params, strips[""], lpips, inside)},
        transfers={name: delivered_section(name, scores) for name, scores in metrics.get("transfer", {}).items()},
        metrics=metrics,
        tables=tables(metrics, run_name),
        caveat=CAVEAT,
        lpips_note=lpips_note(lpips),
        measures=registry.of_held_out(lpips),
        unmeasured=unmeasured(metrics),
        frames=picture_uri(paths.HELD_OUT_PICTURE),
        parts=PARTS,
        background=picture_uri(paths.BACKGROUND_PICTURE),
        clips=[clip_section(name) for name in ("target", *names)],
        phases=[phase for log in TRAINING for phase in training_sections(log)],
        provenance=provenance(params),
    )


def lpips_note(lpips: str) -> str:
    """Which variant of LPIPS was measured, if it is not the paper's. lpips: its name, like ``lpips_alex``."""
    if lpips == registry.PAPERS_LPIPS:
        return ""
    note = f"{lpips} is LPIPS over another network than the paper's, on a scale of its own"
    return note + (", with untrained (uniform) weights." if "efficientnet" in lpips else ".")


def clip_section(name: str) -> dict[str, Any]:
    """How often the detector found each part of the person in a clip."""
    return {"name": name, **read_json(paths.poses(name).with_suffix(".json"))}


def source_section(name: str) -> dict[str, Any]:
    """A source's normalization."""
    fit = read_json(paths.normalized(name).with_suffix(".json"))
    return {"name": name, "fit": fit, "plot": picture_uri(paths.normalization_plot(name))}


def main() -> None:
    params = load_params()
    names = list(params.sources)
    strips = {name: source_strip(params, name) for name in names} | {"": held_out_strip()}
    html = report(params, strips)
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
    print(f"all of it on one page: {paths.PAGE}, {paths.PAGE.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    run(main)
