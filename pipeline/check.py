"""Stage check: whatever can be known to fail later fails now, before any clip is touched.

    python -m pipeline.check

Reads params.yaml, looks at every video and truth that it names and loads every network's weights. Writes
reports/check.txt, whose content is always the same, on which decoding depends: so checking again re-runs no stage.
"""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pipeline.backends.registry import BACKENDS
from pipeline.clips import paths
from pipeline.evaluation.lpips import Lpips
from pipeline.evaluation.truth import TruthClip
from pipeline.litert.files import NETWORKS
from pipeline.litert.network import Network
from pipeline.losses.perceptual import load_perceptual
from pipeline.networks.architecture import body_architecture, face_architecture
from pipeline.networks.prior import read_prior
from pipeline.params import Params, load_params
from pipeline.runtime.devices import pick_device
from pipeline.runtime.files import atomic
from pipeline.user.cli import UserError, run
from pipeline.video.fit import fit_height
from pipeline.video.probe import excerpt, probe
from pipeline.video.resample import stored_rate


def attempts(params: Params) -> Iterator[Callable[[], object]]:
    """Calls that raise UserError if a later stage would."""
    yield lambda: pick_device(params.device)
    yield lambda: check_distance(params)
    yield lambda: load_perceptual(params.train, max(params.train.lambda_vgg, params.face.lambda_vgg))
    if params.train.start == "prior":
        yield lambda: read_prior(paths.BODY_PRIOR, body_architecture(params.train))
        if params.face.enabled:
            yield lambda: read_prior(paths.FACE_PRIOR, face_architecture(params.face, params.train))
    yield from (partial(Network, Path(network).name) for network in NETWORKS)
    for clip in ("target", *params.sources):
        yield partial(BACKENDS[params.keypoints.backend].require, params.keypoints, clip)
    yield lambda: excerpt(probe(Path(params.target.video)), params.target.start, params.target.end)
    for name in params.sources:
        yield partial(check_source, params, name)


def check_distance(params: Params) -> None:
    """The perceptual distance of the evaluation: its weights, and the size of what it will be given."""
    weights = Path(params.evaluate.lpips_weights) if params.evaluate.lpips_weights else None
    lpips = Lpips(params.evaluate.lpips, weights, pick_device("cpu"))
    if any(source.truth for source in params.sources.values()):
        video = probe(Path(params.target.video))
        fit = fit_height(video.width, video.height, params.decode.height)
        lpips.require_size(fit.width, fit.height)


def check_source(params: Params, name: str) -> None:
    """A source's video, and its truth if it has one."""
    source, decode = params.source(name), params.decode
    video = excerpt(probe(Path(source.video)), source.start, source.end)
    if source.truth:
        fps = stored_rate(decode.fps, video)
        truth = TruthClip(Path(source.truth), video.width, video.height)  # of any size: its length is looked at
        truth.require_length(name, fps, round(video.duration * fps))


def main() -> None:
    params = load_params()
    problems: dict[str, None] = {}  # in their order, each once: two attempts may meet the same
    for attempt in attempts(params):
        try:
            attempt()
        except UserError as problem:
            problems[str(problem)] = None
    if problems:
        raise UserError("\n       ".join(problems))
    with atomic(paths.CHECKED) as partial:
        partial.write_text("Parameters, videos, truths and weights are there and fit together.\n")
    print(f"parameters, {1 + len(params.sources)} videos, their truths and the networks' weights are there "
          "and fit together")


if __name__ == "__main__":
    run(main)
