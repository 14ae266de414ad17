"""How every stage meets its user: one clear sentence for bad input, a clean stop on Ctrl-C."""

import errno
import sys
from collections.abc import Callable


class UserError(Exception):
    """Something the user can mend. The message names the file or key, what is wrong and what to do."""


def run(main: Callable[..., None], *arguments: str) -> None:
    """Run a stage's ``main`` with the command line's arguments.

    ``arguments`` names the expected positional arguments, for the usage line. Exits with 1 and one sentence on a
    UserError and when disk or memory are full, with 2 on a wrong call or one for help and with 130 on Ctrl-C (a
    KeyboardInterrupt's message is printed).
    """
    given = sys.argv[1:]
    if len(given) != len(arguments) or {"-h", "--help"} & set(given):
        names = " ".join(f"<{name}>" for name in arguments)
        module = sys.modules["__main__"].__spec__.name.removesuffix(".__main__")
        print(f"usage: python -m {module} {names}".rstrip(), file=sys.stderr)
        sys.exit(2)
    try:
        main(*given)
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


def _shortage(error: Exception) -> str | None:
    """What is full, and what to do, if that is what ``error`` is about."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full ({error}): free some space and run the same again"
    # PyTorch's errors by name and words: most stages run without it
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError" or "can't allocate" in str(error):
        said = str(error).splitlines()[:1]
        return f"memory ran out ({''.join(said)}): lower train.height, train.generator.ngf or the batches, or use bf16"
    return None
