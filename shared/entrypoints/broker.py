"""The consuming connection to the broker, one a process.

Guarantees: it comes back by itself; nothing that goes wrong with the broker ends the process; what
could not be answered is delivered again; it stops within seconds, also while the broker is away.
Does not: decide what a failed message is worth (`shared.entrypoints.heard`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import eventlet
import orjson
from amqp import AMQPError
from eventlet.event import Event as Signal
from kombu import Consumer
from nameko.extensions import ProviderCollector
from nameko.messaging import QueueConsumer

from shared import metrics
from shared.amqp import EVENTS, Publisher, dead_queue, delay_queue
from shared.entrypoints.health import Health
from shared.sending import Sender, read_ahead

log = logging.getLogger(__name__)

IN_HAND = 16
"""Messages of one queue that are handled at once; requests find workers beside them."""
RECONNECT_PAUSE = 0.5
LONGEST_RECONNECT_PAUSE = 3
"""Seconds between tries to reach the broker: the first, and the longest."""
JSON = "application/json"
CANCEL_TIMEOUT = 2
"""Seconds for the broker to hear that we stop; it finds out by itself where it does not."""


class Broker(QueueConsumer):
    """Nameko's queue consumer that tells whether it consumes, and survives what its users raise."""

    health = Health()

    def __init__(self) -> None:
        super().__init__()
        self.consuming = False
        self._held: set[Any] = set()
        self._look = False

    def setup(self) -> None:
        self.health.checks["broker"] = lambda: self.consuming
        metrics.CONSUMING.set_function(lambda: self.consuming)
        service = self.container.service_name
        self.delays = [int(seconds * 1000) for seconds in self.container.config["RETRY_DELAYS"]]
        queues = [*(delay_queue(service, delay) for delay in self.delays), dead_queue(service)]
        self.publisher = Publisher(self.container.config["AMQP_URI"], [EVENTS, *queues])
        self.sender = Sender(self.container.config["AMQP_URI"])
        super().setup()

    def unregister_provider(self, provider: Any) -> None:
        """Take no more messages for `provider`; Nameko's own waits for ever without a broker."""
        cancelled = self._pending_remove_providers[provider] = Signal()
        if self.consuming:
            with eventlet.Timeout(CANCEL_TIMEOUT, exception=False):
                cancelled.wait()
        self._pending_remove_providers.pop(provider, None)
        ProviderCollector.unregister_provider(self, provider)

    def stop(self) -> None:
        self.wait_for_providers()
        if not self._consumers_ready.ready():
            self._consumers_ready.send(None)
        if self.consuming:
            with eventlet.Timeout(CANCEL_TIMEOUT, exception=False):
                self._gt.wait()
        self._gt.kill()
        self.publisher.close()
        self.sender.close()

    def get_consumers(self, consumer_cls: Any, channel: Any) -> Any:
        """One consumer a provider, each with its own channel and prefetch; those that are not held.

        On a channel deliveries are numbered in their order, so of one queue's many can be
        acknowledged with their last. What an `unanswered` provider gets is gone when delivered.
        """
        for provider in self._providers:
            consumer = Consumer(
                channel.connection.client.channel(),
                queues=[provider.queue],
                on_message=partial(self._take, provider),
                on_decode_error=self.on_decode_error,
                no_ack=getattr(provider, "unanswered", False),
            )
            prefetch = getattr(provider, "prefetch", None) or self.prefetch_count
            consumer.qos(prefetch_count=prefetch)
            self._consumers[provider] = consumer
        self._held = {p for p in self._consumers if getattr(p, "held", False)}
        return [consumer for p, consumer in self._consumers.items() if p not in self._held]

    def on_iteration(self) -> None:
        """As Nameko's; consumers that are held, or no longer, are cancelled or begin."""
        super().on_iteration()
        if self._look:
            self._look = False
            for provider, consumer in self._consumers.items():
                if getattr(provider, "held", False) != (provider in self._held):
                    self._hold(provider, consumer)

    def look_again(self) -> None:
        """Soon, at who is held."""
        self._look = True

    def _hold(self, provider: Any, consumer: Consumer) -> None:
        if provider in self._held:
            self._held.remove(provider)
            consumer.consume()
        else:
            self._held.add(provider)
            consumer.cancel()

    @property
    def prefetch_count(self) -> int:
        return min(IN_HAND, int(self.container.max_workers))

    @contextmanager
    def establish_connection(self) -> Iterator[Any]:
        """Try until the broker is there; kombu's own pauses grow to half a minute.

        A connection that failed is dropped without a word: its broker may never answer one.
        """
        connection = self.create_connection()
        try:
            connection.ensure_connection(
                self.on_connection_error,
                interval_start=RECONNECT_PAUSE,
                interval_step=RECONNECT_PAUSE,
                interval_max=LONGEST_RECONNECT_PAUSE,
            )
            read_ahead(connection)
            yield connection
            connection.close()
        finally:
            self.consuming = False
            connection.collect()

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
        self.reject_message(message)

    def _take(self, provider: Any, message: Any) -> None:
        try:
            body = decoded(message)
        except ValueError as error:
            self.on_decode_error(message, error)
            return
        try:
            provider.handle_message(body, message)
        except Exception:
            log.exception("message not taken; it will be delivered again")
            self.requeue_messages([message])

    def ack_messages(self, messages: Sequence[Any], *, together: bool) -> None:
        """together: nothing that came on their channels before the last of them is open."""
        if together:
            ordered = sorted(messages, key=lambda message: int(message.delivery_tag))
            for last in {message.channel: message for message in ordered}.values():
                self._answer(last, partial(last.ack, multiple=True))
        else:
            for message in messages:
                self._answer(message, message.ack)

    def requeue_messages(self, messages: Iterable[Any]) -> None:
        """Those that have no answer yet are delivered again."""
        for message in messages:
            if not message.acknowledged:
                self._answer(message, message.requeue)

    def reject_message(self, message: Any) -> None:
        self._answer(message, message.reject)

    def _answer(self, message: Any, answer: Callable[[], object]) -> None:
        if message.channel.connection:
            try:
                answer()
            except (AMQPError, OSError) as error:
                log.warning("connection lost before the answer: %s", type(error).__name__)


def decoded(message: Any) -> Any:
    """The JSON in `message`; `ValueError` where there is none."""
    if message.content_type != JSON:
        raise ValueError(f"not {JSON}: {message.content_type}")
    return orjson.loads(message.body)
