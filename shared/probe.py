"""Asks the service in this container how it is: ``python -m shared.probe /readyz``.

Guarantees: the exit code is 0 for an answer 200, else 1 with the answer; within `TIMEOUT` seconds.
"""

from __future__ import annotations

import http.client
import os
import sys

TIMEOUT = 3.0


def main(path: str) -> int:
    """The exit code."""
    port = int(os.environ["WEB_SERVER_ADDRESS"].rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        if answer.status == http.client.OK:
            return 0
        print(f"{path}: {answer.status} {answer.read(2000).decode('utf-8', 'replace')}")
    except (OSError, http.client.HTTPException) as error:
        print(f"{path}: {type(error).__name__} {error}")
    finally:
        connection.close()
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
