"""Ports for one platform, so that several run side by side on one machine.

Guaranteed: two platforms never share a block, because the first port of a block is bound for as
long as its platform lives. Not guaranteed: that a foreign program does not take a port of the
block between the check and its use.
"""

import errno
import socket
from collections.abc import Iterator

from shared.local.failure import Failure

# Below the ephemeral range (32768 and up on Linux): there, a client that keeps trying a port
# whose server is down can end up connected to itself and keep the server from coming back.
FIRST, LAST, SIZE = 20_000, 32_000, 100
HOST = "127.0.0.1"


class Block:
    """A claimed block of ports; `next()` gives the next one that can be bound."""

    def __init__(self) -> None:
        self._claim, first = _claim_block()
        self._numbers: Iterator[int] = iter(range(first + 1, first + SIZE))

    def next(self) -> int:
        for number in self._numbers:
            if is_free(number):
                return number
        raise Failure("The platform's block of ports is used up; too many services or a busy host.")

    def release(self) -> None:
        self._claim.close()


def is_free(port: int) -> bool:
    """Can a server bind this port of 127.0.0.1 now?"""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _bind(probe, port)


def require_free(port: int, wanted_by: str, remedy: str) -> None:
    """Failure where `port` is taken, with what to do about it."""
    if not is_free(port):
        raise Failure(f"Port {port} is taken, but {wanted_by} needs it. {remedy}")


def has_ipv6() -> bool:
    """Is there an IPv6 loopback address to listen on?"""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def _claim_block() -> tuple[socket.socket, int]:
    for first in range(FIRST, LAST, SIZE):
        claim = socket.socket()
        if _bind(claim, first):
            return claim, first
        claim.close()
    raise Failure(f"No free block of ports between {FIRST} and {LAST} on {HOST}.")


def _bind(candidate: socket.socket, port: int) -> bool:
    try:
        candidate.bind((HOST, port))
    except OSError as error:
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            return False
        raise
    return True
