"""The numbers a fault test measured, on standard output (`pytest -rP` or `-s` shows them)."""

from __future__ import annotations

from collections.abc import Sequence

import requests

from tests.faults.clients import LOST, Outcome


def tell(what: str, outcomes: Sequence[Outcome] = (), **measured: object) -> None:
    """One line of numbers: what clients met, and what was measured besides."""
    statuses = [status for outcome in outcomes for status in outcome.statuses]
    numbers: dict[str, object] = {}
    if outcomes:
        numbers = {
            "cases": len(outcomes),
            "201": statuses.count(requests.codes.created),
            "503": statuses.count(requests.codes.unavailable),
            "lost": statuses.count(LOST),
        }
    told = {k: f"{v:.1f}" if isinstance(v, float) else v for k, v in (numbers | measured).items()}
    print(f"{what}: " + ", ".join(f"{k} {v}" for k, v in told.items()))
