import pytest

from pipeline.foresight.costs import EACH, RENDERED, STEPS, worth_trying
from pipeline.params import load_params


def test_what_stages_print_of_their_speed_is_read():
    assert EACH.findall("body: 6 steps, 1.44 s each, 0.5 % of the time waiting for data") == [("body", "6", "1.44")]
    assert RENDERED.findall("render for the Face GAN: 46 frames, 0.267 s each") == [("46", "0.267")]


@pytest.mark.parametrize(("steps", "worth"), [(10 * STEPS["train"], False), (10 * STEPS["train"] + 1, True)])
def test_short_trainings_are_not_tried(project, monkeypatch, steps, worth):
    monkeypatch.chdir(project)
    params = load_params()
    train = params.train.model_copy(update={"steps": steps, "decay_steps": 0})
    assert worth_trying(params.model_copy(update={"train": train})) is worth
