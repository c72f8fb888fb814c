"""Trace context (W3C Trace Context, level 1): one id that follows a request everywhere.

Guarantees: a well-formed `traceparent`, the caller's trace id kept where it sent one, and whether
the trace is recorded. Does not: record spans (`shared.spans`).
"""

from __future__ import annotations

import os
import re

TRACEPARENT = re.compile(
    r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-([0-9a-f]{2})", re.ASCII
)
RECORDED, UNRECORDED = "01", "00"


def continued(traceparent: str | None, new: str = RECORDED) -> str:
    """A `traceparent` with a new parent id, within the given trace or a new one.

    new: the flags of a new one.
    """
    found = TRACEPARENT.fullmatch(traceparent or "")
    trace_id, flags = found.groups() if found else (os.urandom(16).hex(), new)
    return f"00-{trace_id}-{os.urandom(8).hex()}-{flags}"


def above(own: str, traceparent: str | None) -> str | None:
    """`traceparent` where `own` is within its trace, so came from it; else None."""
    return traceparent if traceparent and traceparent[:35] == own[:35] else None


def trace_id(traceparent: str | None) -> str:
    """The trace id in `traceparent`, "" where there is none."""
    return traceparent[3:35] if traceparent else ""
