"""The process that appends for `tests.bench.evidence`: address and name of the database, how many
records, by how many green threads. Members sign them beforehand; that is not what is measured.
Tells {seconds, cpu, tenth, end}: memory in MB."""

import eventlet

eventlet.monkey_patch()

import json  # noqa: E402
import sys  # noqa: E402
import time  # noqa: E402
from typing import Any  # noqa: E402

import psutil  # noqa: E402

from services.exchange.evidencing import COLLECTIONS  # noqa: E402
from services.exchange.tests.direct import signed_entry  # noqa: E402
from services.exchange.tests.evidence import appender  # noqa: E402
from shared.store import Database, open_database  # noqa: E402
from shared.timekeeping import system_time  # noqa: E402


def main() -> None:
    uri, name, count, threads = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    store = Database(open_database(uri, name), COLLECTIONS, lambda outgoing: None)
    log = appender(store, system_time)
    entries = [signed_entry(n, subjects=[f"{n:064x}"]) for n in range(count)]
    log.tree()
    numbers, memory = iter(range(count)), []

    def work() -> None:
        for n in numbers:
            log.append(entries[n])
            if n % (count // 10) == 0:
                memory.append(psutil.Process().memory_info().rss / 1e6)

    began, cpu = time.monotonic(), time.process_time()
    for thread in [eventlet.spawn(work) for _ in range(threads)]:
        thread.wait()
    told: dict[str, Any] = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
    json.dump({**told, "tenth": memory[1], "end": memory[-1]}, sys.stdout)


if __name__ == "__main__":
    main()
