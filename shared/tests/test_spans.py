"""Spans: nothing where nobody listens, and each in its place where somebody does."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from shared import spans
from shared.entrypoints.remote import RemoteService
from shared.errors import Unavailable
from shared.local.process import ROOT
from shared.spans import Span
from shared.trace import continued

TRACE = continued(None)


@pytest.fixture
def heard() -> Iterator[list[Span]]:
    """What a listener is told."""
    told: list[Span] = []
    spans.Told.listener = told.append
    yield told
    spans.Told.listener = None


class Away:
    """A listener for answers without a broker."""

    def __init__(self) -> None:
        self._reply_events: dict[str, Any] = {}

    def get_reply_event(self, correlation_id: str) -> Any:
        raise Unavailable


def test_off() -> None:
    """Where nobody listens, a context stays what it is and a step is nothing."""
    assert spans.within(TRACE) is TRACE
    assert spans.step("client", "find cases", TRACE) is spans.UNHEARD
    spans.ended("client", "find cases", TRACE, None, 1.0)


def test_not_imported() -> None:
    """A service that sends no spans has nothing of OpenTelemetry in its memory."""
    program = (
        "import sys, shared.serve, shared.tracing; shared.tracing.start('x', {});"
        "sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], check=True, timeout=60, cwd=ROOT
    )


def test_step(heard: list[Span]) -> None:
    """A step is told below its parent when it ends, with the kind of its error."""
    with pytest.raises(KeyError), spans.step("client", "find cases", TRACE, {"db.system": "x"}):
        raise KeyError("430104199001010019")
    (span,) = heard
    assert (span.kind, span.name, span.parent) == ("client", "find cases", TRACE)
    assert span.error == "KeyError" and span.attributes == {"db.system": "x"}
    assert span.own != TRACE and span.own[:35] == TRACE[:35]
    assert 0 <= span.seconds < 10


def test_no_trace(heard: list[Span]) -> None:
    """What belongs to no trace is not told."""
    with spans.step("client", "find cases", None):
        pass
    assert heard == []


def test_call(heard: list[Span]) -> None:
    """A call is told with what it asked and why it failed."""
    remote: Any = RemoteService(Away(), "identity", TRACE)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        remote.find_person(number="430104199001010019")
    (span,) = heard
    assert (span.kind, span.name, span.parent) == ("client", "identity.find_person", TRACE)
    assert span.error == "Unavailable" and "430104" not in str(span)
