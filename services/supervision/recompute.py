"""Proves the figures: ``python -m services.supervision.recompute``, with the service's environment.

Guarantees: reads every case and every figure; 0 where all is equal, 1 with what differs. Does not:
change anything but finish what a crash has left half done.
"""

from __future__ import annotations

import sys
from itertools import islice

from services.supervision.service import Service
from services.supervision.usecases.recomputing import differences
from shared.commands import config_of, store_of
from shared.timekeeping import timekeeper

MOST = 1000


def main() -> int:
    """0 or 1; what differs on standard output."""
    config = config_of(Service)
    now = timekeeper(config["CLOCK_FILE"])()
    found = list(islice(differences(store_of(Service, config), now), MOST))
    print("\n".join(found) if found else "equal")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
