"""A tiny prior, made for real: people rendered, poses detected, both generators trained, and a target starts there."""

import numpy as np
import pytest
import torch
from found_people import link_networks
from ruamel.yaml import YAML

import prior.__main__ as command
from dancers.assets import ASSETS, fetch_wheel
from pipeline.clips import paths
from pipeline.networks.weights import load_weights
from pipeline.params import Params
from prior.examples import load_people
from prior.people import people_key, render_people
from prior.recipe import Recipe

RECIPE = Recipe.model_validate({
    "first_seed": 3, "pairs": 3, "seconds": 12, "size": 192,
    "body": {"people": 2, "steps": 2, "decay_steps": 1, "ema": 0.5},
    "face": {"people": 1, "steps": 2, "decay_steps": 1, "ema": 0.5},
})


@pytest.fixture(scope="module")
def folder(tmp_path_factory, project):
    """A folder in which `python -m prior` can run, with tiny networks."""
    folder = tmp_path_factory.mktemp("prior")
    yaml = YAML()
    params = yaml.load(project / "params.yaml")
    params["train"] |= {"height": 64, "precision": "fp32"}
    params["train"]["generator"] |= {"ngf": 4, "downsamplings": 2, "blocks": 1}
    params["train"]["discriminator"] |= {"ndf": 4, "layers": 2, "scales": 2}
    params["face"] |= {"size": 32}
    params["face"]["generator"] |= {"ngf": 4, "blocks": 1, "downsamplings": 2}
    params["face"]["discriminator"] |= {"ndf": 4}
    yaml.dump(params, folder / "params.yaml")
    fetch_wheel(project / ASSETS)
    (folder / ASSETS).parent.mkdir(parents=True)
    (folder / ASSETS).symlink_to(project / ASSETS)
    link_networks(folder)
    return folder


@pytest.fixture(scope="module")
def made(folder):
    """The folder after the command."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(command, "load_recipe", lambda: RECIPE)
        command.main()
        yield folder


def rendered(folder):
    """Where the people are."""
    (people,) = (folder / command.PEOPLE).iterdir()
    return people


def test_people_rendered_otherwise_have_a_folder_of_their_own(default_params):
    keypoints = Params.model_validate(default_params).keypoints
    other = keypoints.model_copy(update={"min_detection_confidence": 0.4})
    more = RECIPE.model_copy(update={"body": RECIPE.body.model_copy(update={"people": 9})})
    assert people_key(RECIPE, keypoints) == people_key(more, keypoints)
    assert people_key(RECIPE, keypoints) != people_key(RECIPE, other)
    assert people_key(RECIPE, keypoints) != people_key(RECIPE.model_copy(update={"pairs": 4}), keypoints)


@pytest.mark.slow
def test_both_priors_are_made_and_say_of_what(made):
    for path, schedule in ((paths.BODY_PRIOR, RECIPE.body), (paths.FACE_PRIOR, RECIPE.face)):
        tensors, header = load_weights(made / path)
        assert header["recipe"]["people"] == schedule.people and header["architecture"]["ngf"] == 4
        assert all(tensor.dtype == torch.float16 and tensor.isfinite().all() for tensor in tensors.values())


@pytest.mark.slow
def test_people_are_clips_with_pairs_a_moment_apart_before_their_plate(made):
    params = Params.model_validate(YAML(typ="safe").load(made / "params.yaml"))
    people = load_people(rendered(made), RECIPE, params)
    assert len(people) == 2
    for person in people:
        store = person.clip.store
        np.testing.assert_array_equal(store.pairs(), [1, 3, 5])
        pictures = [store.read(t).astype(int) for t in range(len(store))]
        within = [np.abs(pictures[t] - pictures[t - 1]).mean() for t in store.pairs()]
        across = [np.abs(pictures[t] - pictures[t - 1]).mean() for t in (2, 4)]
        assert 0 < max(within) < min(across)
        corner = np.s_[:20, :20]
        assert np.abs(pictures[0][corner] - person.clip.plate[corner]).mean() < 3
    assert people[0].clip.store.sha256 != people[1].clip.store.sha256


@pytest.mark.slow
def test_rendering_goes_on_where_it_was_and_gives_the_same_bytes(made, tmp_path):
    params = Params.model_validate(YAML(typ="safe").load(made / "params.yaml"))
    wheel = fetch_wheel(made / ASSETS)
    files = sorted(rendered(made).iterdir())
    kept = files[0].parent / f"{RECIPE.first_seed}.frames.parquet"
    for file in files:
        if file.name.startswith(str(RECIPE.first_seed)):
            (tmp_path / file.name).symlink_to(file)
    render_people(wheel, RECIPE, tmp_path, params.keypoints)
    assert (tmp_path / kept.name).is_symlink()  # the first was there and was left alone
    for file in files:
        assert (tmp_path / file.name).read_bytes() == file.read_bytes()
