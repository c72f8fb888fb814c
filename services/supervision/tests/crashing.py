"""A store whose process dies at any write."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from shared.testing import FakeStore

WRITES = ("add", "ensure", "save", "save_many", "remove")


class Died(BaseException):
    """The process is gone."""


class CrashingStore:
    """The collections of `store`, until so many writes are done; half of a bulk is written."""

    def __init__(self, store: FakeStore, writes: int) -> None:
        self._store = store
        self._left = writes

    def __getitem__(self, name: str) -> Any:
        return _Collection(self, self._store[name])

    def write(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        if self._left == 0:
            if method.__name__ == "save_many":
                method(args[0][: len(args[0]) // 2])
            raise Died
        self._left -= 1
        return method(*args, **kwargs)


class _Collection:
    def __init__(self, store: CrashingStore, collection: Any) -> None:
        self._own, self._collection = store, collection

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        if name not in WRITES:
            return method
        return lambda *args, **kwargs: self._own.write(method, *args, **kwargs)


def ids() -> Iterator[str]:
    return (f"posting-{n}" for n in count())
