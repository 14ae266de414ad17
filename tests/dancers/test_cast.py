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
    for clips in cast.clip_sets().values():
        for name, truth in clips.items():
            if not name.startswith("truth/"):
                continue
            source = name.removeprefix("truth/")
            target = next(clip for other, clip in clips.items() if other.endswith("target"))
            dance = next(clip for other, clip in clips.items() if other != name and other.endswith(source))
            assert (truth.person, truth.room, truth.camera) == (target.person, target.room, target.camera)
            assert (truth.motion, truth.start, truth.seconds) == (dance.motion, dance.start, dance.seconds)
            assert (truth.width, truth.height) == (target.width, target.height)


def test_all_mistakes_are_named_at_once(tmp_path, monkeypatch):
    (tmp_path / "cameras.yaml").write_text("near: {distance: -1, height: 1, aim: 1, field_of_view: 30, zoom: 2}\n")
    monkeypatch.setattr(cast, "FOLDER", tmp_path)
    with pytest.raises(UserError, match=r"(?s)2 problem.*near.distance.*near.zoom"):
        cast.cameras()
