"""Passwords, hashed with argon2id off the event loop.

Guarantees: at most `at_once` hashes run, in threads, so that others are served meanwhile and memory
stays bounded; when too many wait, `Unavailable` at once. Verifying against no account takes the
same time as against one. Does not: store anything.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from eventlet import tpool
from eventlet.semaphore import Semaphore

from services.identity.domain.passwords import normalised
from shared.errors import Unavailable

Answer = TypeVar("Answer")

M_ARENA_MAX = -8
"""glibc's mallopt(3)."""


class Cost(NamedTuple):
    """argon2id: memory in KiB, passes, lanes (OWASP: 19 MiB, 2, 1)."""

    memory: int = 19 * 1024
    passes: int = 2
    lanes: int = 1


class Passwords:
    """Hashes and verifies, inside a `slot` only."""

    def __init__(self, cost: Cost, *, at_once: int, waiting: int) -> None:
        self._libc = ctypes.CDLL(None)
        self._used = True
        self._share_one_arena()
        self._hasher = PasswordHasher(cost.passes, cost.memory, cost.lanes)
        self._at_once = at_once
        self._slots = Semaphore(at_once)
        self._waiting = waiting
        self._nobody = self._hasher.hash("nobody has this password")

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait for one's turn; `Unavailable` where the queue is full."""
        if -self._slots.balance >= self._waiting:
            raise Unavailable(retry_after=5)
        with self._slots:
            self._used = True
            yield

    def hash(self, password: str) -> str:
        """`password` as it is stored: PHC string, with salt and cost."""
        return _in_thread(lambda: self._hasher.hash(normalised(password)))

    def verify(self, encoded: str | None, password: str) -> bool:
        """Whether `password` is the one in `encoded`; None (no such account) is never."""
        good = _in_thread(lambda: self._matches(encoded or self._nobody, password))
        return good and encoded is not None

    def is_outdated(self, encoded: str) -> bool:
        """Whether `encoded` was made at another cost than is asked for now."""
        return self._hasher.check_needs_rehash(encoded)

    def give_back_memory(self) -> None:
        """Return what the last hashes used to the system, when none runs."""
        if self._used and self._slots.balance == self._at_once:
            self._used = False
            self._call("malloc_trim", 0)

    def _matches(self, encoded: str, password: str) -> bool:
        try:
            return self._hasher.verify(encoded, normalised(password))
        except VerificationError:
            return False

    def _share_one_arena(self) -> None:
        """Let glibc's threads allocate in one arena: one for each thread keeps the memory of its
        last hash for ever (measured: 349 MB instead of 44 MB after 60 logins)."""
        self._call("mallopt", M_ARENA_MAX, 1)

    def _call(self, function: str, *arguments: int) -> None:
        """Call glibc's function; another C library may lack it."""
        if hasattr(self._libc, function):
            getattr(self._libc, function)(*arguments)


def _in_thread(work: Callable[[], Answer]) -> Answer:
    answer: Answer = tpool.execute(work)
    return answer
