"""Recomputes a draw from its public file.

``python -m services.supervision.recompute_draw <address or file>``; 0: it is as it must be.

Guarantees: goes by the file alone. Does not: know whether the registers in it were complete.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import orjson
import requests

from services.supervision.domain.draw import faults

TIMEOUT = 30


def main(where: str) -> int:
    """0 or 1; what does not hold on standard output."""
    file = read(where)
    found = faults(file)
    tasks = len(file["tasks"])
    print("\n".join(found) if found else f"{tasks} tasks, drawn as they must be")
    return 1 if found else 0


def read(where: str) -> dict[str, Any]:
    """The public file at an address, or on this machine."""
    if where.startswith(("http://", "https://")):
        answer = requests.get(where, timeout=TIMEOUT)
        answer.raise_for_status()
        content = answer.content
    else:
        content = Path(where).read_bytes()
    found: dict[str, Any] = orjson.loads(content)
    return found


if __name__ == "__main__":
    if len(sys.argv) != len(("program", "where")):
        sys.exit(__doc__)
    sys.exit(main(sys.argv[1]))
