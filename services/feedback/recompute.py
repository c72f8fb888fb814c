"""Proves the public figures: ``python -m services.feedback.recompute``.

Every case is counted anew from its document and compared with what is posted. Exit code 0: equal
to the last one; 1: the differences are on standard output. Run beside the working service it looks
twice, for an evaluation may be on its way.
"""

from __future__ import annotations

import sys
import time

from services.feedback.service import Service
from services.feedback.usecases import publishing
from shared.commands import config_of, store_of
from shared.timekeeping import timekeeper

PAUSE = 5.0


def main() -> int:
    """0 where figures and cases agree."""
    config = config_of(Service)
    store, clock = store_of(Service, config), timekeeper(config["CLOCK_FILE"])
    found = list(publishing.faults(store, clock()))
    if found:
        time.sleep(PAUSE)
        found = sorted(set(found) & set(publishing.faults(store, clock())))
    print("\n".join(found) or f"figures agree with the cases: {publishing.total(store)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
