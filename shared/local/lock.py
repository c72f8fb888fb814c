"""One platform per data folder. The kernel releases the lock when its holder ends, however."""

import fcntl
import os
from io import TextIOWrapper
from pathlib import Path

from shared.local.failure import Failure


class Lock:
    """Held from construction until `release()`; raises Failure when another process holds it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file: TextIOWrapper = (folder / "lock").open("a+")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.seek(0)
            holder = self._file.read().strip()
            self._file.close()
            raise Failure(f"A platform runs already in {folder} (process {holder}).") from None
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        self._file.close()
