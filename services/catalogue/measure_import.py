"""Measures an import of the real size against a running catalogue.

    python -m services.catalogue.measure_import http://localhost:8000 TOKEN [--pid PID] [--faulty N]

TOKEN: an access token with the power to administer. With `--pid` (of the catalogue's process, on
this machine) it tells the memory too. The file is imported twice: the second time must change
nothing. Guarantees: exits with an error where a promise is missed. Does not: start anything.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import resource
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import requests

from services.catalogue.generate_items import CITY_LEVEL, PROVINCIAL, spoilt

SECONDS, MEGABYTES = 60, 300
PATIENCE = 30
"""Seconds for one answer."""
POLL = 0.25


def peak(pid: int | None) -> float:
    """The most memory the service has had, in MB; 0 where it is not asked for."""
    if pid is None:
        return 0.0
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def client_memory() -> float:
    """The most memory this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def packed(faulty: int) -> bytes:
    """The file of the real size, as it is sent."""
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0) as zipped:
        for row in spoilt(faulty, 1):
            zipped.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
    return out.getvalue()


def imported(base_url: str, token: str, file: bytes) -> tuple[dict[str, Any], float]:
    """The import's record when it has ended, and the seconds it took."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": str(uuid.uuid4()),
        "Content-Type": "application/x-ndjson",
        "Content-Encoding": "gzip",
    }
    began = time.perf_counter()
    url = f"{base_url}/catalogue/imports"
    answer = requests.post(url, data=file, headers=headers, timeout=PATIENCE)
    answer.raise_for_status()
    location = base_url + answer.headers["Location"]
    while True:
        record = requests.get(location, headers=headers, timeout=PATIENCE).json()
        if record["state"] not in ("waiting", "running"):
            return record, time.perf_counter() - began
        time.sleep(POLL)


def missed(record: dict[str, Any], seconds: float, megabytes: float, faulty: int) -> list[str]:
    """The promises that were not kept."""
    counts = record["counts"] or {}
    promises = {
        "done": record["state"] == "done",
        "rows": counts.get("rows") == PROVINCIAL + CITY_LEVEL,
        "faulty": counts.get("faulty") == faulty,
        "seconds": seconds <= SECONDS,
        "memory": megabytes + client_memory() <= MEGABYTES,
    }
    return [name for name, kept in promises.items() if not kept]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("base_url")
    parser.add_argument("token")
    parser.add_argument("--pid", type=int)
    parser.add_argument("--faulty", type=int, default=25)
    given = parser.parse_args()
    file = packed(given.faulty)
    broken: list[str] = []
    for attempt in ("first", "again"):
        record, seconds = imported(given.base_url, given.token, file)
        memory = peak(given.pid)
        print(
            f"{attempt}: {seconds:.1f} s, service {memory:.0f} MB, client {client_memory():.0f} MB"
        )
        print(json.dumps(record["counts"] or record["reason"], ensure_ascii=False))
        broken += missed(record, seconds, memory, given.faulty)
    broken += ["unchanged"] if record["counts"] and record["counts"]["added"] else []
    sys.exit(f"missed: {', '.join(broken)}" if broken else 0)


if __name__ == "__main__":
    main()
