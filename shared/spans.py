"""Spans: what was done in a trace, and for how long, told where somebody listens.

Guarantees: where nobody listens (`shared.tracing` does, where it is configured), nothing is made
and every trace context stays what it was. Does not: hold what a person wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import perf_counter
from typing import Literal, NamedTuple

from shared.trace import continued

Kind = Literal["server", "client", "producer", "consumer"]
Value = str | int


class Span(NamedTuple):
    """own, parent: trace contexts; no parent: it begins the trace. error: what kind, None: none."""

    kind: Kind
    name: str
    own: str
    parent: str | None
    seconds: float
    error: str | None
    attributes: Mapping[str, Value]


class Told:
    """Who listens in this process."""

    listener: Callable[[Span], None] | None = None


UNHEARD = nullcontext()
"""A step that nobody is told of."""


def listened() -> bool:
    """Whether somebody listens."""
    return Told.listener is not None


def within(traceparent: str | None) -> str | None:
    """The context of a step in the trace; the same where nobody listens, or there is no trace."""
    return continued(traceparent) if traceparent and Told.listener else traceparent


def ended(
    kind: Kind,
    name: str,
    own: str | None,
    parent: str | None,
    seconds: float,
    error: str | None = None,
    attributes: Mapping[str, Value] | None = None,
) -> None:
    """A step has ended just now. own: its context, None: nobody follows it."""
    if Told.listener is not None and own is not None:
        Told.listener(Span(kind, name, own, parent, seconds, error, attributes or {}))


def step(
    kind: Kind, name: str, parent: str | None, attributes: Mapping[str, Value] | None = None
) -> AbstractContextManager[None]:
    """A step below `parent` that has none below itself."""
    if Told.listener is None or parent is None:
        return UNHEARD
    return _step(kind, name, parent, attributes)


@contextmanager
def _step(
    kind: Kind, name: str, parent: str, attributes: Mapping[str, Value] | None
) -> Iterator[None]:
    began, error = perf_counter(), None
    try:
        yield
    except BaseException as failure:
        error = type(failure).__name__
        raise
    finally:
        ended(kind, name, within(parent), parent, perf_counter() - began, error, attributes)
