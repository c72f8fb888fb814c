"""The consuming connection to the broker, one a process.

Guarantees: it comes back by itself; nothing that goes wrong with the broker ends the process; what
could not be answered is delivered again. Does not: decide what a failed message is worth
(`shared.entrypoints.heard`).
"""

from __future__ import annotations

import logging
from functools import partial
from typing import Any

from nameko.messaging import QueueConsumer

from shared.amqp import EVENTS, Publisher, dead_queue, delay_queue
from shared.entrypoints.health import Health

log = logging.getLogger(__name__)


class Broker(QueueConsumer):
    """Nameko's queue consumer that tells whether it consumes, and survives what its users raise."""

    health = Health()

    def __init__(self) -> None:
        super().__init__()
        self.consuming = False

    def setup(self) -> None:
        self.health.checks["broker"] = lambda: self.consuming
        service = self.container.service_name
        self.delays = [int(seconds * 1000) for seconds in self.container.config["RETRY_DELAYS"]]
        queues = [*(delay_queue(service, delay) for delay in self.delays), dead_queue(service)]
        self.publisher = Publisher(self.container.config["AMQP_URI"], [EVENTS, *queues])
        super().setup()

    def on_consume_ready(
        self, connection: Any, channel: Any, consumers: Any, **kwargs: Any
    ) -> None:
        super().on_consume_ready(connection, channel, consumers, **kwargs)
        self.consuming = True

    def on_consume_end(self, connection: Any, channel: Any) -> None:
        self.consuming = False

    def on_connection_error(self, exc: Any, interval: float) -> None:
        self.consuming = False
        log.warning("broker away, next try in %s s: %s", interval, type(exc).__name__)

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        log.error("undecodable message becomes a dead letter: %s", exc)
        message.reject()

    def handle_message(self, provider: Any, body: Any, message: Any) -> None:
        self.container.spawn_managed_thread(partial(self._handle, provider, body, message))

    def _handle(self, provider: Any, body: Any, message: Any) -> None:
        try:
            provider.handle_message(body, message)
        except Exception:
            log.exception("message not taken; it will be delivered again")
            self.requeue_message(message)

    def ack_message(self, message: Any) -> None:
        self._answer(message, message.ack)

    def requeue_message(self, message: Any) -> None:
        self._answer(message, message.requeue)

    def _answer(self, message: Any, answer: Any) -> None:
        if message.channel.connection:
            try:
                answer()
            except (*message.channel.connection.connection_errors, OSError) as error:
                log.warning("connection lost before the answer: %s", type(error).__name__)
