import pytest

from dancers import cast
from dancers.motion import load_motions
from pipeline.user.cli import UserError


def test_there_is_a_choice():
    assert len(cast.persons()) >= 4 and len(cast.rooms()) >= 4 and len(load_motions()) >= 6 and len(cast.cameras()) >= 2


def test_clips_name_what_exists():
    for name, clips in cast.clip_sets().items():
        for clip in clips.values():
            assert clip.person in cast.persons(), name
            assert clip.room in cast.rooms(), name
            assert clip.camera in cast.cameras(), name
            assert clip.motion in load_motions(), name


def test_a_truth_is_the_target_doing_the_sources_dance_in_the_targets_room():
    cameras = cast.cameras()
    for clips in cast.clip_sets().values():
        for name, truth in clips.items():
            if not name.startswith("truth/"):
                continue
            source = name.removeprefix("truth/")
            dance = next((clip for other, clip in clips.items() if other != name and other.endswith(source)),
                         clips.get(f"{source}/dancer"))
            target = clips.get(f"{source}/target") or next(
                clip for other, clip in clips.items() if other.endswith("target"))
            assert (truth.person, truth.room) == (target.person, target.room) and truth.person != dance.person
            assert cameras[truth.camera] == still(cameras[target.camera], target.seconds / 2)
            assert (truth.motion, truth.start, truth.seconds) == (dance.motion, dance.start, dance.seconds)
            assert (truth.width, truth.height) == (target.width, target.height)


def still(camera, time):
    """The camera as it stands at a time."""
    hand = camera.hand
    return camera.model_copy(update={"hand": hand and hand.model_copy(update={"stopped": time})})


def test_what_a_hand_films_is_also_filmed_by_the_still_camera_of_its_truth():
    clips = cast.clip_sets()["footage"]
    held, twin = clips["handheld/target"], clips["handheld/stopped"]
    assert twin == held.model_copy(update={"camera": clips["truth/handheld"].camera}) != held


def test_all_mistakes_are_named_at_once(tmp_path, monkeypatch):
    (tmp_path / "cameras.yaml").write_text("near: {distance: -1, height: 1, aim: 1, field_of_view: 30, zoom: 2}\n")
    monkeypatch.setattr(cast, "FOLDER", tmp_path)
    with pytest.raises(UserError, match=r"(?s)2 problem.*near.distance.*near.zoom"):
        cast.cameras()
