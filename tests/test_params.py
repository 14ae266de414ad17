"""Parameters: the shipped files load; every problem is reported at once, with key, value and what is allowed."""

import pytest
from ruamel.yaml import YAML

from pipeline.params import Params, load_params
from pipeline.user.cli import UserError


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
        ("train", "height", 1024, "at most decode.height, 512"),
        ("train", "coarse_steps", 5, "allowed: 0 unless"),
        ("train", "coarse_decay_steps", 5, "allowed: 0 unless"),
        ("train", "frozen_global_steps", 5, "allowed: 0 unless"),
        ("train", "learning_rate", float("inf"), "a finite number"),
        ("train", "batch", 3, "multiples of 2, train.devices x train.nodes"),
        ("face", "batch", 5, "multiples of 2, train.devices x train.nodes"),
    ],
)
def test_values_that_do_not_fit_together_are_refused(tmp_path, default_params, section, key, value, word):
    default_params["train"] |= {"batch": 2, "nodes": 2}
    default_params[section][key] = value
    with pytest.raises(UserError, match=rf"{section}\.{key} is {value}; .*{word}|{word}"):
        load(tmp_path, default_params)


def test_more_frozen_steps_than_there_are_are_refused(tmp_path, default_params):
    default_params["train"] |= {"coarse_steps": 1, "frozen_global_steps": 10**6}
    default_params["train"]["generator"]["enhancer"] = True
    with pytest.raises(UserError, match="train.frozen_global_steps is 1000000; allowed: at most"):
        load(tmp_path, default_params)


@pytest.mark.parametrize(
    ("train", "decode", "example"),
    [
        ({"height": 300}, {}, {"train": {"height": 304}}),
        ({}, {"width": 910}, {"train": {"height": 256}, "decode": {"width": 896, "height": 512}}),
        ({"height": 270}, {"width": 1920, "height": 1080}, {"train": {"height": 272}, "decode": {"width": 1920, "height": 1088}}),
    ],
)
def test_sizes_that_cannot_be_halved_are_told_with_an_example_that_can(tmp_path, default_params, train, decode, example):
    default_params["train"] |= train
    default_params["decode"] |= decode
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    words = [f"{section}.{key} {value}" for section, values in example.items() for key, value in values.items()]
    assert str(caught.value).endswith("for example " + ", ".join(words))
    for section, values in example.items():
        default_params[section] |= values
    load(tmp_path, default_params)


@pytest.mark.parametrize(("section", "key"), [("train", "perceptual"), ("evaluate", "lpips")])
def test_weights_that_nothing_would_read_are_refused(tmp_path, default_params, section, key):
    default_params[section][f"{key}_weights"] = "vgg19.pth"
    with pytest.raises(UserError, match=rf"{section}\.{key}_weights is 'vgg19.pth'; allowed: null"):
        load(tmp_path, default_params)


@pytest.mark.parametrize(
    ("sources", "sentence"),
    [
        (None, r"sources is None; allowed: a section"),
        ({}, r"sources is {}; allowed: a section"),
        ({"tango": "x.mp4"}, r"sources\.tango is 'x\.mp4'; allowed: a section"),
        ({2024: {"video": "x.mp4"}}, r"sources\.2024 is not allowed as a name; allowed: letters"),
        ({"my dance": {"video": "x.mp4"}}, r"sources\.my dance is not allowed as a name; allowed: letters"),
        ({"-h": {"video": "x.mp4"}}, r"sources\.-h is not allowed as a name; allowed: letters, digits, - and _, not - first"),
        ({"a_side_by_side": {"video": "x.mp4"}}, r"sources\.a_side_by_side is not allowed as a name"),
    ],
)
def test_sources_written_wrongly_are_told_in_plain_words(tmp_path, default_params, sources, sentence):
    default_params["sources"] = sources
    with pytest.raises(UserError, match=sentence):
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
    (tmp_path / "params.yaml").write_text("")
    with pytest.raises(UserError, match="is empty"):
        load_params(tmp_path / "params.yaml")
    with pytest.raises(UserError, match="missing"):
        load_params(tmp_path / "other.yaml")


def test_clips_by_name(default_params):
    params = Params.model_validate(default_params)
    assert params.clip("target") == params.target
    assert params.clip("dancer") == params.sources["dancer"]
    assert params.source("dancer") == params.sources["dancer"]
    with pytest.raises(UserError, match="'nobody'.*target, dancer"):
        params.clip("nobody")
    for name in ("nobody", "target"):
        with pytest.raises(UserError, match=f"no source '{name}'; it names: dancer"):
            params.source(name)
