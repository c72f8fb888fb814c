"""Connections that go where they may and nowhere else (`domain.addresses`).

Guarantees: the address that a connection has really got is checked before a byte is sent, TLS
included; no redirect, cookie or proxy of the environment is followed. Does not: limit time or size.
"""

from __future__ import annotations

import socket
from functools import partial
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from services.exchange.domain.addresses import Reach, permits

SYSTEMS, KEPT = 200, 24
"""Systems to which connections are kept, and how many to each."""


class NotPermitted(Exception):
    """The system's name leads to an address that must not be reached."""


class _Guard:
    """Over a connection of urllib3; `permitted` is set by the adapter."""

    def __init__(self, *args: Any, permitted: Reach, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._permitted = permitted

    def _new_conn(self) -> socket.socket:
        connected: socket.socket = super()._new_conn()  # type: ignore[misc]
        if permits(connected.getpeername()[0], self._permitted):
            return connected
        connected.close()
        raise NotPermitted


class _Plain(_Guard, HTTPConnection):
    pass


class _Tls(_Guard, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _Tls


class Guarded(HTTPAdapter):
    """Requests' adapter over such connections."""

    def __init__(self, permitted: Reach) -> None:
        self._permitted = permitted
        super().__init__(pool_connections=SYSTEMS, pool_maxsize=KEPT)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_PlainPool, permitted=self._permitted),
            "https": partial(_TlsPool, permitted=self._permitted),
        }


def session(allowed: Reach) -> requests.Session:
    """A session for all systems; only the address excepted in `allowed` is not checked."""
    made = requests.Session()
    made.trust_env = False
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    guarded = Guarded(allowed)
    made.mount("https://", guarded)
    made.mount("http://", guarded)
    if allowed.origin:
        made.mount(f"{allowed.origin}/", HTTPAdapter(pool_maxsize=KEPT))
    return made
