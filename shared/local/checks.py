"""Is a part ready? Each check returns None for yes, else what is missing, in words."""

import http.client
import socket

from amqp.exceptions import AMQPError
from kombu import Connection

from shared.local.ports import HOST
from shared.local.process import Check

PROBE_SECONDS = 2.0


def tcp(port: int) -> Check:
    """Something accepts connections on the port."""

    def check() -> str | None:
        try:
            socket.create_connection((HOST, port), PROBE_SECONDS).close()
        except OSError as error:
            return f"port {port}: {error}"
        return None

    return check


def amqp(uri: str) -> Check:
    """The broker lets this user in and opens a channel."""

    def check() -> str | None:
        try:
            # Connection.connect() would wait two seconds and try again before it says no.
            transport = Connection(uri, connect_timeout=PROBE_SECONDS).transport
            connection = transport.establish_connection()
            connection.channel()
            transport.close_connection(connection)
        except (OSError, AMQPError) as error:
            return f"{type(error).__name__}: {error}"
        return None

    return check


def http_ok(port: int, path: str) -> Check:
    """`GET path` answers 200; a service's `/readyz` proves broker, database and keys."""

    def check() -> str | None:
        connection = http.client.HTTPConnection(HOST, port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read(2000).decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            return f"{path}: {type(error).__name__} {error}"
        finally:
            connection.close()
        return None if response.status == http.client.OK else f"{path}: {response.status} {body}"

    return check
