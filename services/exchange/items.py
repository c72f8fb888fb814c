"""Whether codes are service items: the catalogue knows.

Guarantees: an answer within `PATIENCE`. Does not: stop anything while the catalogue is away; none
is unknown then, and who approves looks again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import Any

from shared.errors import Unavailable

log = logging.getLogger(__name__)

PATIENCE = 1.0
"""Seconds."""


def unknown(catalogue: Any, codes: Collection[str]) -> Collection[str]:
    """Those of `codes` that the catalogue (its RPC) does not know."""
    try:
        known = catalogue.known_items(codes=sorted(set(codes)), timeout=PATIENCE)
    except Unavailable:
        log.warning("the catalogue is away: %s not looked up", ", ".join(codes))
        return ()
    return set(codes) - set(known)
