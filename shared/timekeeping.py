"""The time, from one place.

Guarantees: an aware UTC time; where `CLOCK_FILE` names a file, shifted by the seconds written in
it, so that a test can let a year pass in every process at once.
Does not: know working days (`shared.clock`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Now = Callable[[], datetime]


def system_time() -> datetime:
    """The system's time in UTC, in whole milliseconds, which is what BSON keeps."""
    now = datetime.now(UTC)
    return now.replace(microsecond=now.microsecond // 1000 * 1000)


def shifted_by(file: Path) -> Now:
    """The system's time plus the seconds that `file` holds (0 while it does not exist)."""

    def now() -> datetime:
        try:
            seconds = float(file.read_text(encoding="ascii") or 0)
        except FileNotFoundError:
            seconds = 0.0
        return system_time() + timedelta(milliseconds=round(seconds * 1000))

    return now


def shift(file: Path, seconds: float) -> None:
    """Move the time of everybody who goes by `file`, in one step."""
    fresh = file.with_suffix(".new")
    fresh.write_text(str(seconds), encoding="ascii")
    fresh.replace(file)


def timekeeper(clock_file: str | None) -> Now:
    """The time as configured: the system's, or shifted by a file."""
    return shifted_by(Path(clock_file)) if clock_file else system_time
