"""Parameters: the shipped files load; every problem is reported at once, with key, value and what is allowed."""

import pytest
from ruamel.yaml import YAML

from pipeline.cli import UserError
from pipeline.params import Params, load_params


def load(tmp_path, content):
    path = tmp_path / "params.yaml"
    YAML().dump(content, path)
    return load_params(path)


@pytest.mark.parametrize("name", ["params.yaml", "params-paper.yaml"])
def test_shipped_files_load(project, name):
    assert isinstance(load_params(project / name), Params)


def test_the_papers_file_has_the_same_keys_as_the_default(project):
    def keys(section, prefix=""):
        return {
            key for name, value in section.items()
            for key in ({prefix + name} | (keys(value, f"{prefix}{name}.") if isinstance(value, dict) else set()))
        }

    files = [YAML(typ="safe").load(project / name) for name in ("params.yaml", "params-paper.yaml")]
    assert keys(files[0]) == keys(files[1])


def test_every_problem_is_reported_at_once(tmp_path, default_params):
    default_params["train"]["lambda_vgg"] = -3
    default_params["train"]["heigth"] = default_params["train"].pop("height")
    default_params["pose"]["smooth_window"] = 8
    default_params["face"]["gan_loss"] = "wgan"
    default_params["decode"]["fps"] = "fast"
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    message = str(caught.value)
    for key, value in [("train.lambda_vgg", "-3"), ("pose.smooth_window", "8"), ("face.gan_loss", "wgan"),
                       ("decode.fps", "fast"), ("train.heigth", "not a parameter"), ("train.height", "missing")]:
        line = next(line for line in message.splitlines() if line.strip().startswith(key + " "))
        assert value in line


@pytest.mark.parametrize(
    ("section", "key", "value", "word"),
    [
        ("train", "height", 250, "multiples of 16"),
        ("face", "size", 320, "at most"),
        ("train", "coarse_steps", 5, "allowed: 0 unless"),
        ("train", "frozen_global_steps", 10**6, "frozen_global_steps"),
        ("train", "batch", 3, "multiples of 2, train.devices x train.nodes"),
        ("face", "batch", 5, "multiples of 2, train.devices x train.nodes"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(tmp_path, default_params, section, key, value, word):
    default_params["train"] |= {"batch": 2, "nodes": 2}
    default_params[section][key] = value
    with pytest.raises(UserError, match=rf"{section}\.{key} is {value}; .*{word}|{word}"):
        load(tmp_path, default_params)


def test_a_source_cannot_be_called_target(tmp_path, default_params):
    default_params["sources"]["target"] = {"video": "x.mp4"}
    with pytest.raises(UserError, match="target"):
        load(tmp_path, default_params)


def test_a_source_may_have_a_truth(tmp_path, default_params):
    tango = {"video": "x.mp4", "truth": "data/raw/truth/tango"}
    default_params["sources"] = {"tango": tango, "polka": {"video": "y.mp4"}}
    params = load(tmp_path, default_params)
    assert params.sources["tango"].truth == "data/raw/truth/tango"
    assert params.sources["polka"].truth is None


@pytest.mark.parametrize(
    "truth", ["data/raw/tango", "data/raw/truth", "/data/raw/truth/tango", "", "data/raw/truth/../x"]
)
def test_a_truth_lies_where_dvc_sees_it(tmp_path, default_params, truth):
    default_params["sources"] = {"tango": {"video": "x.mp4", "truth": truth}}
    with pytest.raises(UserError, match=rf"sources\.tango\.truth is '{truth}'; allowed: .* inside data/raw/truth/"):
        load(tmp_path, default_params)


def test_only_sources_have_a_truth(tmp_path, default_params):
    default_params["target"]["truth"] = "data/raw/truth/me"
    with pytest.raises(UserError, match="target.truth is not a parameter"):
        load(tmp_path, default_params)


def test_whole_numbers_are_fine_where_fractions_are(tmp_path, default_params):
    default_params["train"]["lambda_vgg"] = 10  # as `-S train.lambda_vgg=10` writes it
    assert load(tmp_path, default_params).train.lambda_vgg == 10


def test_text_that_is_not_yaml_and_a_missing_file_are_one_sentence(tmp_path):
    (tmp_path / "params.yaml").write_text("train: [")
    with pytest.raises(UserError, match="not valid YAML"):
        load_params(tmp_path / "params.yaml")
    with pytest.raises(UserError, match="missing"):
        load_params(tmp_path / "other.yaml")


def test_clips_by_name(default_params):
    params = Params.model_validate(default_params)
    assert params.clip("target") == params.target
    assert params.clip("dancer") == params.sources["dancer"]
    with pytest.raises(UserError, match="'nobody'.*target, dancer"):
        params.clip("nobody")
