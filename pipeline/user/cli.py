"""How every stage meets its user: one clear sentence for bad input, a clean stop on Ctrl-C."""

import errno
import os
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

MINUTES = Path(".minutes")  # how long each stage took when it last ran here, a file each, for :func:`minutes_by_stage`


class UserError(Exception):
    """Something the user can mend. The message names the file or key, what is wrong and what to do."""


def run(main: Callable[..., None], *arguments: str, is_stage: bool = True) -> None:
    """Run a stage's ``main`` with the command line's arguments.

    ``arguments`` names the expected positional arguments, for the usage line. is_stage: whether this is a stage: then a
    clip may also be given as DVC calls the stage that works on it, ``decode@tango`` (so no command in ``dvc.yaml`` has
    a user's text in it), and how long it took is noted. Exits with 1 and one sentence on a UserError and when disk or
    memory are full, with 2 on a wrong call and with 130 on Ctrl-C (a KeyboardInterrupt's message is printed).
    ``--help`` prints what the script does: its own first lines.
    """
    given, begin = sys.argv[1:], time.monotonic()
    module = _main_module().removesuffix(".__main__")
    usage = " ".join([f"usage: python -m {module}", *(f"<{name}>" for name in arguments)])
    if {"-h", "--help"} & set(given):
        print(usage, sys.modules["__main__"].__doc__ or "", sep="\n\n")
        sys.exit(0)
    if len(given) != len(arguments):
        print(usage, file=sys.stderr)
        sys.exit(2)
    message: str | None
    code: str | int | None
    try:
        clips = [argument.rpartition("@")[2] if is_stage else argument for argument in given]
        main(*clips)
        if is_stage:
            _note_minutes(clips, time.monotonic() - begin)
        return
    except UserError as error:
        message, code = f"error: {error}", 1
    except KeyboardInterrupt as stop:
        message, code = str(stop) or "stopped; nothing half-written was left behind", 130
    except SystemExit as end:  # one of several processes, of which another has told why
        message, code = None, end.code
    except Exception as error:
        if (shortage := _shortage(error)) is None:
            raise
        message, code = f"error: {shortage}", 1
    # not inside a handler, where the traceback would keep loader processes alive
    if message is not None:
        print(message, file=sys.stderr)
    sys.exit(code)


def minutes_by_stage(clips: Iterable[str]) -> dict[str, float]:
    """How many minutes every stage took when it last ran in this folder, in their order.

    A stage's are those over all ``clips`` that it works on.
    """
    times: dict[str, float] = {}
    for file in sorted(MINUTES.glob("*"), key=lambda file: file.stat().st_mtime):
        stage, _, clip = file.name.partition("@")
        if clip in ("", *clips):
            times[stage] = times.get(stage, 0) + float(file.read_text())
    return times


def _main_module() -> str:
    """The name of what `python -m` runs; empty if Python runs something else."""
    spec = sys.modules["__main__"].__spec__
    return spec.name if spec else ""


def _note_minutes(clips: list[str], seconds: float) -> None:
    """Remember how long a stage took; nothing depends on it, so no stage fails for want of it."""
    package, _, stage = _main_module().partition(".")
    if package == "pipeline" and "." not in stage and len(clips) < 2 and os.environ.get("RANK", "0") == "0":
        with suppress(OSError):
            MINUTES.mkdir(exist_ok=True)
            (MINUTES / "@".join([stage, *clips])).write_text(f"{seconds / 60:.3f}")


def _shortage(error: Exception) -> str | None:
    """What there is too little of, and what to do, if that is what ``error`` is about."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({error}): free some space and run the same again"
    # PyTorch's errors by name and words: most stages run without it
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "can't allocate" in str(error):
        said = str(error).splitlines()[:1]
        return f"memory ran out ({''.join(said)}): lower train.height, train.generator.ngf or the batches, or use bf16"
    if "DataLoader worker" in str(error):
        return (f"a process that prepares training pictures has ended ({str(error).splitlines()[0]}), mostly for want "
                "of memory: run the same again, which resumes from the last checkpoint")
    return None
