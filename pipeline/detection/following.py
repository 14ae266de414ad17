"""Following the one who is meant, where other people are in the picture, too."""

import numpy as np

from pipeline.detection.people import Meant, PeopleFinder, Person, look, unlike
from pipeline.detection.square import Square, about

UP = 90  # degrees: from the hips to the top
ROOM = 1.25  # the square that is looked at, in lengths of a body's reach on either side of the hips
LOOK = 5  # frames between two looks for other people while nobody else is there
SHORTLY = 15  # frames
DEPARTED = 1.5  # how unlike the one who is meant a single person must be to be somebody who stayed behind
NEAR = 0.5  # of a body's reach: so near to the followed one, somebody is the followed one


class Follower:
    """Says from frame to frame where to look for the body.

    least: 0..1, the score that a person must reach. meant: None if nobody else will come: then it is whoever is surest
    in the first frame.
    """

    def __init__(self, least: float, meant: Meant | None):
        self._finder, self._meant = PeopleFinder(least), meant
        self._frames, self._last_crowd = 0, -SHORTLY - 1

    @property
    def crowded(self) -> bool:
        """Whether somebody else was seen in the last frame or shortly before."""
        return self._frames - self._last_crowd <= SHORTLY

    def place(self, frame: np.ndarray, followed: Square | None) -> Square | None:
        """Where the body is in the next frame, uint8 RGB (H, W, 3).

        followed: where it should be by the frame before, if somebody is followed; that very square if he is still
        there. None if who is meant is not to be seen, or hidden by somebody else.
        """
        self._frames += 1
        meant = self._meant
        if followed is not None and (meant is None or not self.crowded and self._frames % LOOK):
            return followed
        people = self._finder.find(frame)
        if len(people) > 1:
            self._last_crowd = self._frames
        if not people:
            return followed
        if meant is None:
            return _around(people[0])
        if not self.crowded:
            gone = meant.among_others and unlike(people[0].look, meant.look) > DEPARTED
            return None if gone else followed or _around(people[0])
        alike = [person for person in people if unlike(person.look, meant.look) <= 1]
        if not alike:
            return None
        person = min(alike, key=lambda person: unlike(person.look, meant.look) + _way(person, followed))
        return followed if followed is not None and _way(person, followed) <= NEAR else _around(person)

    def mistaken(self, frame: np.ndarray, hips: np.ndarray, shoulders: np.ndarray) -> bool:
        """Whether the body found at ``hips`` and ``shoulders`` (2,) is somebody else's, who hides the one who is meant.

        Only while somebody else is near: by themselves, people may look different from behind.
        """
        if self._meant is None or not self.crowded:
            return False
        return unlike(look(frame, hips, shoulders), self._meant.look) > 1


def _way(person: Person, followed: Square | None) -> float:
    """How far somebody is from where the followed one should be, in lengths of a body's reach."""
    return 0.0 if followed is None else float(np.linalg.norm(person.hips - (followed.x, followed.y))) / person.reach


def _around(person: Person) -> Square:
    return about(np.stack([person.hips, person.top]), UP).moved(scale=ROOM)
