"""How HTTP entrypoints run their methods."""

from __future__ import annotations

import time
from typing import Any

import eventlet
import pytest

from shared.entrypoints import web
from shared.entrypoints.web import Http
from shared.errors import Unavailable
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
