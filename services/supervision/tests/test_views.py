"""What callers see of a case."""

from typing import Any

from services.supervision import views


def entry(n: int, clock: str, was: str, lamp: str, on: str) -> dict[str, Any]:
    return {"n": n, "clock": clock, "was": was, "lamp": lamp, "due": None, "on": on}


def since(lamp: str, *lamps: dict[str, Any]) -> str | None:
    case = {name: "" for name in views.SUMMARY} | {"_id": "1", "lamp": lamp, "lamps": list(lamps)}
    found: str | None = views.case_summary(case)["since"]
    return found


def test_since() -> None:
    """A lamp is shown from the first day of its colour on, though other clocks join; a break
    begins anew."""
    step = entry(1, "step", "green", "red", "2026-11-26")
    joined = entry(2, "statutory", "green", "red", "2026-12-02")
    ended = entry(3, "step", "red", "green", "2026-12-03")
    assert since("green") is None
    assert since("red", step, joined) == since("red", step, joined, ended) == "2026-11-26"
    alone = entry(2, "step", "red", "green", "2026-11-27")
    again = entry(3, "promised", "green", "red", "2026-11-30")
    assert since("green", step, alone) == "2026-11-27"
    assert since("red", step, alone, again) == "2026-11-30"
