"""How HTTP entrypoints run their methods."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import eventlet
import pytest

from shared.access import Caller
from shared.entrypoints import web
from shared.entrypoints.web import Http
from shared.errors import TooManyRequests, Unavailable
from shared.rates import Rates
from shared.testing import a_call


class Busy:
    """A container none of whose workers gets free."""

    def spawn_worker(self, *args: Any, **kwargs: Any) -> None:
        eventlet.sleep(10)


def test_no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request for which no worker gets free in time is told so, and when to come again."""
    monkeypatch.setattr(web, "LONGEST_WAIT", 0.05)
    route: Any = object.__new__(Http)
    route.container = Busy()
    began = time.monotonic()
    with pytest.raises(Unavailable) as refusal:
        route._run(a_call(), {}, "")
    assert refusal.value.retry_after == 1 and time.monotonic() - began < 5


def test_rate() -> None:
    """Beyond its rate an account is told when to come again; nobody else is held back."""
    route: Any = object.__new__(Http)
    people, systems = Rates(0.1, 1), Rates(0, 1)
    route.server = SimpleNamespace(rates={"person": people, "service": systems})
    first, other = Caller("a", "person", ""), Caller("b", "person", "")
    for caller in (first, other, Caller("a", "service", ""), Caller("a", "service", ""), None):
        route._count(caller)
    with pytest.raises(TooManyRequests) as refusal:
        route._count(first)
    assert refusal.value.retry_after in range(1, 11)
