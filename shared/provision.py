"""Makes what services need at the database server: ``python -m shared.provision [name ...]``.

As the administrator of MONGO_ADMIN_URI, for each service (default: the environment's SERVICE) the
user of its name with the password DATABASE_<NAME>_PASSWORD, or DATABASE_PASSWORD. With
``--operator`` the operator's user as well, and where no service is named this one alone.

Guarantees: may be repeated, and takes nothing away; waits a minute for a server that is not there
yet. Does not: make the administrator.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable
from functools import partial

from shared.errors import Unavailable
from shared.local.services import discover
from shared.store.administration import ensure_operator, ensure_replica_set, ensure_user

PATIENCE = 60.0
PAUSE = 1.0


def main(arguments: list[str]) -> int:
    """The exit code: 0; 1 where the server stayed away."""
    options = _parser().parse_args(arguments)
    uri = os.environ["MONGO_ADMIN_URI"]
    try:
        if options.replica_set:
            name, member = options.replica_set
            _patiently(partial(ensure_replica_set, uri, name, member))
        for service in options.names or ([] if options.operator else [os.environ["SERVICE"]]):
            _patiently(partial(ensure_user, uri, service, password(service)))
            print(f"{service} has its user")
        if options.operator:
            _operator(uri, *options.operator)
    except Unavailable:
        print(f"The database did not answer within {PATIENCE:.0f} s", file=sys.stderr)
        return 1
    return 0


def password(service: str) -> str:
    """What the environment says for `service`."""
    own = os.environ.get(f"DATABASE_{service.upper()}_PASSWORD")
    return own or os.environ["DATABASE_PASSWORD"]


def _operator(uri: str, name: str, *services: str) -> None:
    chosen = services or tuple(discover())
    _patiently(partial(ensure_operator, uri, name, password(name), chosen))
    print(f"{name} may work on {', '.join(chosen)}")


def _patiently(make: Callable[[], None]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return make()
        except Unavailable:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m shared.provision", description=__doc__)
    parser.add_argument("--replica-set", nargs=2, metavar=("NAME", "HOST:PORT"))
    of = "its user, and the services of whose databases; default: all whose code is here"
    parser.add_argument("--operator", nargs="+", metavar=("NAME", "SERVICE"), help=of)
    parser.add_argument("names", nargs="*", metavar="name")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
