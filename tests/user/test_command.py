import subprocess
import sys

import pytest

from pipeline.__main__ import scripts


def call(project, *arguments):
    return subprocess.run([sys.executable, "-m", "pipeline", *arguments], cwd=project, capture_output=True, text=True)


def test_every_script_is_listed_with_what_it_does(project):
    called = call(project, "--help")
    assert called.returncode == 0
    for name in ("decode", "train_body", "report", "preflight", "params", "ablations"):
        assert f"\n  {name:12}" in called.stdout
    assert all(scripts().values())


def test_a_script_runs_as_by_its_own_name(project):
    called = call(project, "transfer", "--help")
    assert called.returncode == 0 and called.stdout.startswith("usage: python -m pipeline.transfer <source>")
    called = call(project, "params", "nothing")
    assert called.returncode == 1 and "there is no preset 'nothing'" in called.stderr


@pytest.mark.parametrize("name", ["nothing", "__main__", "user"])
def test_what_is_no_script_is_refused(project, name):
    called = call(project, name)
    assert called.returncode == 2 and "decode" in called.stdout
