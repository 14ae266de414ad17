import io
import re
import sys

from pipeline.user.progress import Progress


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_without_a_terminal_one_line_at_the_end(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    for _ in (bar := Progress(range(5), "render", "frame", 9, 4)):
        bar.set_postfix({"loss": 1})
    assert re.fullmatch(r"render: 5 frames, [0-9.e-]+ s each\n", log.getvalue())
    with Progress(what="nothing", unit="frame", total=3):
        pass
    assert log.getvalue().count("\n") == 1


def test_on_a_terminal_a_bar_with_rate_and_time_left(monkeypatch):
    log = Terminal()
    monkeypatch.setattr(sys, "stderr", log)
    assert list(Progress(iter("abc"), "render", "frame", 3)) == ["a", "b", "c"]
    assert "render: 100%" in log.getvalue() and "3/3" in log.getvalue() and "frame/s" in log.getvalue()
    assert "each" not in log.getvalue()


def test_a_disabled_one_says_nothing(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    assert list(Progress(range(2), "a", "frame", 2, disable=True)) == [0, 1]
    assert log.getvalue() == ""
