from dataclasses import replace

import numpy as np
import pytest

from pipeline.foresight.facts import ClipFacts, DanceFacts, SceneFacts
from pipeline.foresight.findings import moments, of_source, of_target, worst

GOOD = ClipFacts("tango", 10.0, 30.0, 300, 512, 512, 1,
                 {"body": 1.0, "face": 0.9, "left_hand": 0.8, "right_hand": 0.8}, 0, 300.0, 120.0)
SCENE = SceneFacts(1000, "still", 0.2, 0.001)
DANCE = DanceFacts(30.0, 0.0, np.full(300, 0.04, np.float32), np.zeros(300, bool), [])


def test_good_clips_are_green():
    assert [*of_target(GOOD, SCENE), *of_source(GOOD, DANCE)] == []
    assert worst([]) == "green"


@pytest.mark.parametrize(("change", "level", "words"), [
    ({"training_frames": 100}, "yellow", "only 100 frames"), ({"training_frames": 10}, "red", "only 10 frames"),
    ({"drift": 2.5}, "yellow", "2.5 px off"), ({"moving": 0.12}, "yellow", "12% of the background"),
])  # fmt: skip
def test_what_is_wrong_with_the_target(change, level, words):
    (finding,) = of_target(GOOD, replace(SCENE, **change))
    assert (finding.level, finding.clip) == (level, "target") and words in finding.what and finding.advice


@pytest.mark.parametrize(("change", "level", "words"), [
    ({"coverage": GOOD.coverage | {"body": 0.7}}, "yellow", "body found in only 70%"),
    ({"coverage": GOOD.coverage | {"body": 0.05}}, "red", "body found in only 5%"),
    ({"coverage": GOOD.coverage | {"left_hand": 0.2}}, "yellow", "left hand found in only 20%"),
    ({"crowded": 40}, "yellow", "somebody else is in the picture in 40 of 300 frames"),
    ({"tall": 90.0}, "yellow", "only 90 px tall"), ({"light": 20.0}, "yellow", "dark"),
    ({"light": 240.0}, "yellow", "overexposed"),
])  # fmt: skip
def test_what_is_wrong_with_any_clip(change, level, words):
    (finding,) = of_source(replace(GOOD, **change), DANCE)
    assert (finding.level, finding.clip) == (level, "tango") and words in finding.what and finding.advice


def test_a_dance_in_poses_never_seen_is_told_with_its_moments():
    new = DANCE.novelty.copy()
    new[60:90] = 0.2
    (finding,) = of_source(GOOD, replace(DANCE, novelty=new))
    assert finding.level == "yellow" and "10% of the poses" in finding.what and "2.0-3.0 s" in finding.what
    new[:] = np.nan  # nobody is seen: nothing is new
    assert not [*of_source(GOOD, replace(DANCE, novelty=new))]


def test_what_else_a_dance_asks_for():
    findings = [*of_source(GOOD, replace(DANCE, outside=0.7, unseen_side=np.arange(300) < 60, warnings=["feet"]))]
    assert [finding.level for finding in findings] == ["yellow", "red", "yellow"]
    assert findings[0].what == "feet" and "20% of the frames" in findings[2].what
    assert worst(findings) == "red" and worst(findings[:1]) == "yellow"


def test_moments_are_the_longest_stretches_in_their_order():
    where = np.zeros(900, bool)
    where[[*range(30, 60), 65, *range(300, 303), *range(600, 690)]] = True
    assert moments(where, 30.0) == "1.0-2.2, 10.0-10.1, 20.0-23.0 s"
    assert moments(where, 30.0, most=2) == "1.0-2.2, 20.0-23.0 s and elsewhere"
