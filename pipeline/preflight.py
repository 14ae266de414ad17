"""Stage preflight: what can be known before anything is trained: which clips, poses and frames will look poor, and why.

    python -m pipeline.preflight

Looks at what the stages up to `normalize` left. Writes into reports/preflight/ index.html to be looked at,
findings.json and novelty.parquet (how unlike every pose of every dance is to any that the target shows), and
reports/preflight.txt, whose content is always the same and on which training depends. Stops if a finding is red, unless
preflight.on_red says go_on. Before a longer training, a few steps are tried to tell what it will take.
"""

from dataclasses import asdict

import pandas as pd

from pipeline.clips import paths
from pipeline.clips.stable import open_target
from pipeline.clips.store import FrameStore
from pipeline.clips.track import read_track
from pipeline.foresight.costs import Costs, measure_costs, worth_trying
from pipeline.foresight.facts import ClipFacts, clip_facts, dance_facts, in_frames, scene_facts
from pipeline.foresight.findings import Finding, of_source, of_target, worst
from pipeline.foresight.sheet import dance_sheet
from pipeline.params import load_params
from pipeline.pose.smoothing import smooth_track
from pipeline.reporting.charts import novelty_over
from pipeline.reporting.page import render_page
from pipeline.reporting.pictures import as_uri
from pipeline.runtime.files import atomic, write_json
from pipeline.user.cli import UserError, run

GOOD = "every clip shows enough, and the target is seen in every pose that is asked for"


def tell(findings: list[Finding]) -> None:
    """Print all findings."""
    for finding in findings:
        print(f"{finding.level}: {finding.clip}: {finding.what}" + (f": {finding.advice}" if finding.advice else ""))
    if not findings:
        print(f"green: {GOOD}")


def tell_costs(costs: Costs) -> None:
    """Print what the rest will take on this machine."""
    parts = ", ".join(f"{stage} {seconds / 60:.1f}" for stage, seconds in costs.seconds.items())
    print(f"minutes that this machine will take, told by a few steps: {parts}; together "
          f"{sum(costs.seconds.values()) / 60:.1f}, and evaluate")
    print(f"memory: {costs.memory / 1e9:.1f} GB; disk, for checkpoints while it trains: "
          f"{costs.checkpoints / 1e9:.2f} GB")


def main() -> None:
    params = load_params()
    clip, stable = open_target(), read_track(paths.STABLE_POSES)
    target = smooth_track(stable, clip.store, params.pose)
    own = in_frames(target, clip)
    facts: list[ClipFacts] = [clip_facts("target", clip.store, own)]
    scene = scene_facts(clip, own, params.split)
    findings, dances = list(of_target(facts[0], scene)), {}
    for name in params.sources:
        frames = FrameStore(paths.frames(name))
        facts.append(clip_facts(name, frames, smooth_track(read_track(paths.poses(name)), frames, params.pose)))
        dance = read_track(paths.normalized(name))
        dances[name] = dance_facts(name, dance, frames.shots, target, clip.store.shots, params.split)
        findings += of_source(facts[-1], dances[name])

    told = {"worst": worst(findings), "findings": [asdict(finding) for finding in findings]}
    write_json(paths.PREFLIGHT / "findings.json", told)
    table = pd.concat([pd.DataFrame({"source": name, "frame": range(len(dance.novelty)), "novelty": dance.novelty})
                       for name, dance in dances.items()])
    with atomic(paths.NOVELTY) as partial:
        table.to_parquet(partial, index=False)
    html = render_page(
        "preflight.html", verdict=worst(findings), good=GOOD, findings=findings, facts=facts, scene=scene,
        dances={name: {"chart": novelty_over(dance.seconds, "s", dance.novelty.tolist()).data(),
                       "sheet": as_uri(dance_sheet(clip, read_track(paths.normalized(name)).joints))}
                for name, dance in dances.items()},
    )
    with atomic(paths.PREFLIGHT / "index.html") as partial:
        partial.write_text(html)

    tell(findings)
    print(f"all of it on one page: {paths.PREFLIGHT / 'index.html'}", flush=True)
    if worst(findings) == "red" and params.preflight.on_red == "stop":
        raise UserError("what is red above would make training a waste of time; preflight.on_red: go_on trains anyway")
    if worth_trying(params):
        lengths = {name: len(dance.novelty) for name, dance in dances.items()}
        tell_costs(measure_costs(params, scene.training_frames, lengths))
    with atomic(paths.PREFLIGHT_PASSED) as partial:
        partial.write_text("Nothing stands in the way of training, or it shall go on all the same.\n")


if __name__ == "__main__":
    run(main)
