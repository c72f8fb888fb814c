"""Stores that fail the process at work: it dies at any write, or another one comes between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.testing import FakeStore

WRITES = ("add", "ensure", "save", "save_many", "remove", "remove_many")
MANY = ("save_many", "remove_many")


class Died(BaseException):
    """The process is gone."""


class CrashingStore:
    """The collections of `store`, until so many writes are done; half of a bulk is written."""

    def __init__(self, store: FakeStore, writes: int) -> None:
        self._store = store
        self._left = writes

    def __getitem__(self, name: str) -> Any:
        return _Watched(self._store[name], self._write)

    def _write(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        if method.__name__ not in WRITES:
            return method(*args, **kwargs)
        if self._left == 0:
            if method.__name__ in MANY:
                method(args[0][: len(args[0]) // 2])
            raise Died
        self._left -= 1
        return method(*args, **kwargs)


class InterruptedStore:
    """The collections of `store`; another process does its `work` before the n-th call."""

    def __init__(self, store: FakeStore, after: int, work: Callable[[], object]) -> None:
        self._store, self._left, self._work = store, after, work

    def __getitem__(self, name: str) -> Any:
        return _Watched(self._store[name], self._call)

    def _call(self, method: Any, *args: Any, **kwargs: Any) -> Any:
        if self._left == 0:
            self._work()
        self._left -= 1
        return method(*args, **kwargs)


class _Watched:
    def __init__(self, collection: Any, call: Callable[..., Any]) -> None:
        self._collection, self._call = collection, call

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._collection, name)
        return lambda *args, **kwargs: self._call(method, *args, **kwargs)
