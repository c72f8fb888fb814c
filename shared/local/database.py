"""The embedded MongoDB: SecantusDB, run as a separate program and never imported (it is GPL)."""

import sys
from pathlib import Path

from shared.local import checks
from shared.local.failure import Failure
from shared.local.ports import HOST
from shared.local.process import Part

PROGRAM = "secantusd-py"
# No --sync-on-commit: the store asks for the journal with each write that must last. Killed under
# load, the database had all of 11,011 writes so acknowledged; without the journal 1 to 3 % of the
# last second's were lost.
# --standalone: nobody follows its changes, so it keeps no log of them beside the journal, which
# would cost a third of every write.
OPTIONS = ("--log-level", "WARNING", "--standalone")


def part(folder: Path, port: int) -> Part:
    """The database on `port`, with its data below `folder`."""
    storage = folder / "database"
    storage.mkdir(exist_ok=True)
    command = [_program(), "--host", HOST, "--port", str(port), "--storage-path", str(storage)]
    return Part(
        name="database",
        command=[*command, *OPTIONS],
        env={"PYTHONUNBUFFERED": "1"},
        ready=checks.tcp(port),
    )


def uri(port: int) -> str:
    """The address of the database."""
    return f"mongodb://{HOST}:{port}/"


def _program() -> str:
    """The program beside the interpreter that runs the platform."""
    program = Path(sys.executable).parent / PROGRAM
    if not program.exists():
        raise Failure(f"{program} is missing; `make venv` installs it, or give MONGO_URI.", 2)
    return str(program)
