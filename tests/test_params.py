"""Parameters: the shipped file loads, with every preset too.

Every problem is told at once: key, value, what is allowed.
"""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.params import Params, load_params
from pipeline.params.__main__ import main as set_to
from pipeline.params.preset import load_preset, preset_names
from pipeline.user.cli import UserError


def load(tmp_path, content):
    path = tmp_path / "params.yaml"
    YAML().dump(content, path)
    return load_params(path)


def line(error, start):
    """The one line of a UserError's message that begins so."""
    lines = [each.strip() for each in str(error).splitlines() if each.strip().startswith(start)]
    assert len(lines) == 1, f"{start!r} begins {len(lines)} lines of: {error}"
    return lines[0]


def test_the_shipped_file_loads(project):
    assert isinstance(load_params(project / "params.yaml"), Params)


def flat(sections, prefix=""):
    """Values by name, as in train.generator.ngf."""
    values = {}
    for key, value in sections.items():
        values |= flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {prefix + key: value}
    return values


@pytest.fixture
def shipped(tmp_path, project, monkeypatch):
    """The shipped parameter file in the current folder: its path."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(project / "params.yaml", tmp_path))


def test_the_presets_are_those_that_readme_names():
    assert preset_names() == ["demo", "draft", "paper"]


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_sets_its_values_and_nothing_else(shipped, name, default_params, capsys):
    before, preset = flat(default_params), flat(load_preset(name))
    assert preset.keys() <= before.keys()
    assert not {key.split(".")[0] for key in preset} & {"target", "sources"}
    set_to(name)
    load_params()
    assert flat(YAML(typ="safe").load(shipped)) == before | preset

    def written(value):
        return "null" if value is None else str(value).lower()

    changed = [
        f"{key}: {written(before[key])} -> {written(value)}" for key, value in preset.items() if value != before[key]
    ]
    told = changed or ["params.yaml has the values of the preset demo already"]
    assert capsys.readouterr().out.splitlines() == told


def test_demo_is_the_shipped_value_of_whatever_another_preset_changes(default_params):
    others = [flat(load_preset(name)) for name in preset_names() if name != "demo"]
    values, demo = flat(default_params), flat(load_preset("demo"))
    assert demo.items() <= values.items()
    assert demo.keys() == {key for preset in others for key in preset}
    for preset in others:  # no value is there for nothing: it differs, or another preset may have changed it before
        elsewhere = {key for other in others if other is not preset for key in other}
        assert all(values[key] != value or key in elsewhere for key, value in preset.items())


def test_paper_is_the_papers_setting_whichever_preset_was_there_before(shipped):
    made = []
    for before in preset_names():
        set_to("demo")
        set_to(before)
        set_to("paper")
        made.append(shipped.read_bytes())
    assert len(set(made)) == 1


@pytest.mark.parametrize("name", preset_names())
def test_demo_brings_back_the_shipped_file_byte_for_byte(shipped, name):
    before = shipped.read_bytes()
    set_to(name)
    set_to("demo")
    assert shipped.read_bytes() == before


def test_a_preset_leaves_clips_and_comments_alone(shipped):
    mine = """sources:
  # danced on the roof
  "2024": {video: data/raw/täußerung.mp4}  # the second take
  tango:
    video: 'data/raw/tango.mp4'
"""
    text = shipped.read_text()
    start, end = text.index("sources:"), text.index("\ndecode:")
    shipped.write_text(text[:start] + mine + text[end:])
    lines = shipped.read_text().splitlines()
    set_to("paper")
    after = shipped.read_text()
    assert mine in after
    assert [each.partition("#")[1:] for each in after.splitlines()] == [each.partition("#")[1:] for each in lines]


def test_a_preset_that_does_not_fit_the_rest_is_refused_and_changes_nothing(shipped):
    text = shipped.read_text().replace("perceptual_weights: null", "perceptual_weights: vgg19.pth")
    shipped.write_text(text.replace("perceptual: efficientnet_lite0", "perceptual: vgg19"))
    before = shipped.read_bytes()
    with pytest.raises(UserError, match="params.yaml with the preset demo has 1 problem") as caught:
        set_to("demo")
    assert "null" in line(caught.value, "train.perceptual_weights is 'vgg19.pth'; ")
    assert shipped.read_bytes() == before
    shipped.write_text("train: 5")
    with pytest.raises(UserError, match="^params.yaml has "):
        set_to("paper")


def test_an_unknown_preset_is_one_sentence(shipped):
    result = subprocess.run([sys.executable, "-m", "pipeline.params", "papre"], capture_output=True, text=True)
    assert result.returncode == 1
    assert result.stderr == "error: there is no preset 'papre'; there are: demo, draft, paper\n"


def test_every_problem_is_reported_at_once(tmp_path, default_params):
    default_params["train"]["lambda_vgg"] = -3
    default_params["train"]["heigth"] = default_params["train"].pop("height")
    default_params["pose"]["median_window"] = 8
    default_params["face"]["gan_loss"] = "wgan"
    default_params["decode"]["fps"] = "fast"
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    for start, allowed in [
        ("train.lambda_vgg is -3; ", "greater than or equal to 0"), ("pose.median_window is 8; ", "an odd number"),
        ("face.gan_loss is 'wgan'; ", "'lsgan'"), ("decode.fps is 'fast'; ", "a valid number"),
        ("train.heigth is not a parameter; ", "correct its spelling"), ("train.height is missing", ""),
    ]:  # fmt: skip
        assert allowed in line(caught.value, start)
    assert str(caught.value).startswith(f"{tmp_path / 'params.yaml'} has 6 problem(s):")


@pytest.mark.parametrize(
    ("section", "key", "value", "word"),
    [
        ("train", "height", 250, "multiples of 16"),
        ("train", "height", 2080, "less than or equal to 2048"),
        ("train", "background", "learned", "plate while train.window is person"),
        ("face", "size", 100, "a multiple of 8"),
        ("decode", "height", 511, "a multiple of 2"),
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
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    assert word in line(caught.value, f"{section}.{key} is {value!r}").removeprefix(f"{section}.{key} is {value!r}")


def test_more_frozen_steps_than_there_are_are_refused(tmp_path, default_params):
    default_params["train"] |= {"coarse_steps": 1, "frozen_global_steps": 10**6}
    default_params["train"]["generator"]["enhancer"] = True
    with pytest.raises(UserError, match="train.frozen_global_steps is 1000000; allowed: at most"):
        load(tmp_path, default_params)


@pytest.mark.parametrize(("height", "generator", "example"), [
    (300, {}, 304), (300, {"downsamplings": 3}, 304), (40, {}, 32), (520, {"enhancer": True}, 512),
    (270, {"downsamplings": 6}, 256),
])  # fmt: skip
def test_sizes_that_cannot_be_halved_are_told_with_an_example_that_can(
    tmp_path, default_params, height, generator, example
):
    default_params["train"] |= {"height": height, "coarse_steps": 10 * generator.get("enhancer", False)}
    default_params["train"]["generator"] |= generator
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    assert line(caught.value, f"train.height is {height}; allowed: multiples of ").endswith(f"for example {example}")
    default_params["train"]["height"] = example
    load(tmp_path, default_params)


def test_halvings_that_leave_no_picture_are_refused(tmp_path, default_params):
    default_params["train"]["height"] = 64
    default_params["train"]["generator"]["downsamplings"] = 6
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    assert "less than 2 px of training pictures of 64 px" in line(caught.value, "train.generator.downsamplings is 6")


def test_a_result_that_moves_with_the_camera_is_not_compared_with_a_steady_truth(tmp_path, default_params):
    default_params["transfer"]["camera"] = "original"
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    assert "sources.dancer.truth is set" in line(caught.value, "transfer.camera is 'original'")
    del default_params["sources"]["dancer"]["truth"]
    assert load(tmp_path, default_params).transfer.camera == "original"


def test_a_learned_background_is_fine_in_whole_frames(tmp_path, default_params):
    default_params["train"] |= {"window": "frame", "background": "learned", "references": "none"}
    assert load(tmp_path, default_params).train.background == "learned"


def test_nobody_can_be_copied_into_a_learned_background(tmp_path, default_params):
    default_params["train"] |= {"window": "frame", "background": "learned"}
    with pytest.raises(UserError) as caught:
        load(tmp_path, default_params)
    assert "none unless train.background is plate" in line(caught.value, "train.references is 'nearest'")


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
        (
            {"-h": {"video": "x.mp4"}},
            r"sources\.-h is not allowed as a name; allowed: letters, digits, - and _, not - first",
        ),
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


@pytest.mark.parametrize("person", ["largest", "central", [0.3, 0.5], [0, 1]])
def test_who_is_meant_in_a_clip(tmp_path, default_params, person):
    default_params["target"]["person"] = person
    found = load(tmp_path, default_params).target.person
    assert found == (person if isinstance(person, str) else tuple(person))


@pytest.mark.parametrize("person", ["left", [0.3], [0.3, 1.5], [0.1, 0.2, 0.3], 0.5, None])
def test_nobody_can_be_meant_otherwise(tmp_path, default_params, person):
    default_params["target"]["person"] = person
    with pytest.raises(UserError, match=r"target.person is .*; allowed: largest, central, or a place \[x, y\]"):
        load(tmp_path, default_params)


def test_a_part_of_a_clip_ends_after_its_start(tmp_path, default_params):
    default_params["target"] |= {"start": 2, "end": 3.5}
    assert load(tmp_path, default_params).target.start == 2
    default_params["target"]["end"] = 1.5
    with pytest.raises(UserError, match="target.end is 1.5; allowed: more than start, 2 s"):
        load(tmp_path, default_params)


def test_a_source_may_have_a_method_of_normalization_of_its_own(tmp_path, default_params):
    default_params["sources"]["dancer"]["normalize"] = "none"
    params = load(tmp_path, default_params)
    assert params.source("dancer").normalize == "none" and params.normalize.method == "limbs"


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
