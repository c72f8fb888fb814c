"""The web server of a service: Nameko's, with honest overload and a graceful end.

Guarantees: what goes wrong with one connection ends neither the others nor the process; a stopping
service answers what it has in hand, and what the kernel has accepted for it.
Does not: know routes (`shared.entrypoints.application`).
"""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from eventlet.greenio import shutdown_safe
from eventlet.wsgi import STATE_CLOSE, STATE_IDLE, STATE_REQUEST
from nameko.web.server import WebServer

from shared import metrics
from shared.entrypoints.application import Application
from shared.entrypoints.health import Health
from shared.entrypoints.keys import Keys
from shared.rates import Rates
from shared.timekeeping import timekeeper

log = logging.getLogger(__name__)

DRAIN_TIMEOUT = 20
LINGER = 0.3
"""Seconds in which a stopping service still takes requests on connections that it has."""
BACKLOG = 2048
"""Connections that wait to be accepted; the kernel bounds it (net.core.somaxconn)."""
IDLE_TIMEOUT = 75
"""Seconds a kept connection may wait for its next request."""


class Server(WebServer):
    """Nameko's web server with health, honest overload and a graceful end."""

    health = Health()
    keys = Keys()

    def __init__(self) -> None:
        super().__init__()
        self._starting = False
        self.in_hand = 0
        self._drained = Signal()
        self._connections: list[list[Any]] = []

    def setup(self) -> None:
        config = self.container.config
        self.now = timekeeper(config["CLOCK_FILE"])
        people = Rates(config["PERSON_RATE"], config["PERSON_BURST"])
        systems = Rates(config["SYSTEM_RATE"], config["SYSTEM_BURST"])
        self.rates = {"person": people, "official": people, "service": systems}
        metrics.REQUESTS_IN_HAND.set_function(lambda: self.in_hand)
        metrics.WORKERS.set(self.container.max_workers)
        metrics.WORKERS_BUSY.set_function(self.container._worker_pool.running)
        super().setup()

    def start(self) -> None:
        """As Nameko's, with room for many connections that come at once."""
        if self._starting:
            return
        self._starting = True
        self._sock = eventlet.listen(self.bind_addr, backlog=BACKLOG)
        self._sock.settimeout(None)
        self._serv = self.get_wsgi_server(self._sock, self.get_wsgi_app())
        self._gt = self.container.spawn_managed_thread(self.run)

    def get_wsgi_app(self) -> Application:
        return Application(self)

    def get_wsgi_server(self, sock: Any, wsgi_app: Any, **kwargs: Any) -> Any:
        server = super().get_wsgi_server(sock, wsgi_app, **kwargs)
        server.log_output = False
        server.capitalize_response_headers = False
        server.socket_timeout = IDLE_TIMEOUT
        server.max_http_version = "HTTP/1.1"
        return server

    def run(self) -> None:
        while self._is_accepting:
            try:
                super().run()
            except OSError:
                if not self._is_accepting:
                    return
                log.exception("connection not accepted")
                eventlet.sleep(0.1)

    def process_request(self, sock: Any, address: Any) -> None:
        """Serve one connection; what goes wrong with it is its own affair."""
        connection = [address, sock, STATE_IDLE]
        self._connections.append(connection)
        try:
            self._serv.process_request(connection)
        except OSError as error:
            log.info("connection lost: %s", error)
        finally:
            self._connections.remove(connection)
            sock.close()

    def drain(self) -> None:
        """Take no new connections, answer what is in hand, then close those that are idle.

        Every answer says meanwhile that its connection is closed, so busy clients go elsewhere.
        """
        if self.health.stopping:
            self._drained.wait()
            return
        self.health.stopping = True
        self._is_accepting = False
        if self._gt is not None:
            self._gt.kill()
            self._take_waiting()
            self._sock.close()
            eventlet.sleep(LINGER)
        with eventlet.Timeout(DRAIN_TIMEOUT, exception=False):
            while self.in_hand or any(state == STATE_REQUEST for *_, state in self._connections):
                eventlet.sleep(0.02)
        for connection in self._connections:
            connection[2] = STATE_CLOSE
            shutdown_safe(connection[1])
        self._drained.send()

    def _take_waiting(self) -> None:
        """Accept what the kernel has accepted: to its clients, those connections exist."""
        self._sock.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                sock, address = self._sock.accept()
                sock.settimeout(self._serv.socket_timeout)
                self.container.spawn_managed_thread(partial(self.process_request, sock, address))

    def stop(self) -> None:
        self.drain()
