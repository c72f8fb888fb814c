"""A process of the exchange that appends: ``python -m services.exchange.tests.appending_process``.

Arguments: address and name of the database, how many entries (0: until it is killed), and the
amount of the one grant's quota. Tells each receipt as a line "<index> <id>", each refusal as
"refused".
"""

import eventlet

eventlet.monkey_patch()

import sys  # noqa: E402

from services.exchange.evidencing import COLLECTIONS  # noqa: E402
from services.exchange.tests.evidence import appender, entry  # noqa: E402
from shared.errors import Conflict  # noqa: E402
from shared.store import Database, open_database  # noqa: E402

THREADS = 8


def main() -> None:
    uri, name, count, amount = sys.argv[1:]
    log = appender(Database(open_database(uri, name), COLLECTIONS, lambda outgoing: None))
    quota = {"amount": int(amount), "period": "total"}
    left = iter(range(int(count) or sys.maxsize))
    print("ready", flush=True)

    def work() -> None:
        for _ in left:
            try:
                receipt = log.append(entry(quota=quota))
            except Conflict:
                print("refused", flush=True)
            else:
                print(receipt.index, receipt.record["id"], flush=True)

    for thread in [eventlet.spawn(work) for _ in range(THREADS)]:
        thread.wait()


if __name__ == "__main__":
    main()
