"""Runs the database of a stopped local platform by itself, for commands that work on its data."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from shared.local import database, ports, supervisor
from shared.local.lock import Lock
from shared.local.process import Process


@contextmanager
def database_alone(folder: Path) -> Iterator[str]:
    """The database's address, while the context lasts; Failure where the platform runs."""
    folder = folder.resolve()
    with ExitStack() as stack:
        stack.callback(Lock(folder).release)
        block = ports.Block()
        stack.callback(block.release)
        port = block.next()
        (folder / "log").mkdir(exist_ok=True)
        process = Process(database.part(folder, port), folder / "log" / "database.log")
        stack.callback(lambda: supervisor.stop([[process]], _silent))
        supervisor.start(process)
        supervisor.wait_ready([process], _silent)
        yield database.uri(port)


def _silent(line: str) -> None:
    """Says nothing."""
