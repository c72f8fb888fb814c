"""RPC with a deadline: `@rpc` answers, `Remote` asks.

Guarantees: every call ends within its time limit, as an answer, the `ServiceError` the other side
raised, or `Unavailable`. The trace goes along. An answer that cannot be sent (broker gone) does not
end the process; the request is delivered again, so methods must be idempotent.
Does not: retry.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from typing import Any

import eventlet
from amqp import AMQPError
from kombu.exceptions import KombuError
from nameko.amqp.publish import Publisher, UndeliverableMessage
from nameko.extensions import DependencyProvider
from nameko.rpc import ReplyListener, Rpc, RpcConsumer, get_rpc_exchange

from shared.entrypoints.broker import Broker
from shared.entrypoints.declaring import Method
from shared.errors import ServiceError, Unavailable, Unexpected, from_wire, to_wire

log = logging.getLogger(__name__)

RETRY_ONCE = {"max_retries": 1, "interval_start": 0}
TIMEOUT = 2.0
"""Seconds a call may take unless it says otherwise."""


class AnsweringConsumer(RpcConsumer):
    queue_consumer = Broker()

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        try:
            answered: tuple[Any, Any] = super().handle_result(message, result, exc_info)
        except (OSError, AMQPError, KombuError) as error:
            log.warning("answer not sent: %s", type(error).__name__)
            self.requeue_message(message)
            return result, exc_info
        return answered


class Answers(Rpc):
    """A method other services may call; a `ServiceError` it raises reaches the caller."""

    rpc_consumer = AnsweringConsumer()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(expected_exceptions=ServiceError, **kwargs)

    def handle_result(
        self, message: Any, worker_ctx: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        if exc_info and isinstance(exc_info[1], ServiceError):
            exc_info[1].args = (to_wire(exc_info[1]),)
        answered: tuple[Any, Any] = super().handle_result(message, worker_ctx, result, exc_info)
        return answered


rpc: Callable[[Method], Method] = Answers.decorator


class Listener(ReplyListener):
    queue_consumer = Broker()


class RemoteService:
    """``remote.method(argument=..., timeout=seconds)``."""

    def __init__(self, listener: Listener, service: str, traceparent: str | None) -> None:
        self._listener = listener
        self._service = service
        self._headers = {"nameko.traceparent": traceparent} if traceparent else {}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(timeout: float = TIMEOUT, **arguments: Any) -> Any:
            return self._call(method, arguments, timeout)

        return call

    def _call(self, method: str, arguments: dict[str, Any], timeout: float) -> Any:
        correlation_id = str(uuid.uuid4())
        event = self._listener.get_reply_event(correlation_id)
        try:
            with eventlet.Timeout(timeout):
                self._publish(method, arguments, correlation_id, timeout)
                return _answer(event.wait())
        except (eventlet.Timeout, OSError, AMQPError, KombuError, UndeliverableMessage) as error:
            raise Unavailable() from error
        finally:
            self._listener._reply_events.pop(correlation_id, None)

    def _publish(
        self, method: str, arguments: dict[str, Any], correlation_id: str, timeout: float
    ) -> None:
        config = self._listener.container.config
        Publisher(config["AMQP_URI"], delivery_mode=1, retry_policy=RETRY_ONCE).publish(
            {"args": [], "kwargs": arguments},
            exchange=get_rpc_exchange(config),
            routing_key=f"{self._service}.{method}",
            mandatory=True,
            reply_to=self._listener.routing_key,
            correlation_id=correlation_id,
            expiration=timeout,
            headers=self._headers,
        )


def _answer(body: dict[str, Any]) -> Any:
    error = body.get("error")
    if not error:
        return body["result"]
    if str(error.get("exc_path", "")).startswith("shared.errors."):
        raise from_wire(error["exc_args"][0])
    raise Unexpected() from RuntimeError(f"{error.get('exc_type')}: {error.get('value')}")


class Remote(DependencyProvider):
    """``identity = Remote("identity")``, then ``self.identity.find_person(number=...)``."""

    listener = Listener()

    def __init__(self, service: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.service = service

    def get_dependency(self, worker_ctx: Any) -> RemoteService:
        return RemoteService(self.listener, self.service, worker_ctx.data.get("traceparent"))
