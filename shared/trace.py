"""Trace context (W3C Trace Context, level 1): one id that follows a request everywhere.

Guarantees: a well-formed `traceparent`, the caller's trace id kept where it sent one.
Does not: record spans.
"""

from __future__ import annotations

import os
import re

TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


def continued(traceparent: str | None) -> str:
    """A `traceparent` with a new parent id, within the given trace or a new one."""
    found = TRACEPARENT.fullmatch(traceparent or "")
    trace_id = found[1] if found else os.urandom(16).hex()
    return f"00-{trace_id}-{os.urandom(8).hex()}-01"


def trace_id(traceparent: str | None) -> str:
    """The trace id in `traceparent`, "" where there is none."""
    return traceparent[3:35] if traceparent else ""
