"""RPC with a deadline: `@rpc` answers, `Remote` asks.

Guarantees: every call ends within its time limit, as an answer, the `ServiceError` the other side
raised, or `Unavailable`. The trace goes along. An answer that cannot be sent (broker gone) does not
end the process; the request is delivered again, so methods must be idempotent.
Does not: retry.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import eventlet
from eventlet.event import Event as Signal
from nameko.exceptions import UnserializableValueError, serialize
from nameko.extensions import DependencyProvider
from nameko.rpc import ReplyListener, Rpc, RpcConsumer

from shared import metrics, spans
from shared.entrypoints.broker import Broker
from shared.entrypoints.declaring import Method
from shared.errors import ServiceError, Unavailable, Unexpected, from_wire, to_wire
from shared.sending import Letter, encoded

log = logging.getLogger(__name__)

EXCHANGE = "nameko-rpc"
IN_HAND = 32
"""Requests that are handled at once; half of the usual workers, so that others find some."""
TIMEOUT = 2.0
"""Seconds a call may take unless it says otherwise."""


class AnsweringConsumer(RpcConsumer):
    queue_consumer = Broker()

    @property
    def prefetch(self) -> int:
        return min(IN_HAND, int(self.container.max_workers))

    def handle_message(self, body: Any, message: Any) -> None:
        """Without keeping others waiting, such as answers that busy workers wait for."""
        take = partial(super().handle_message, body, message)
        if self.container._worker_pool.free() > 0:
            take()
        else:
            self.container.spawn_managed_thread(take)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        sent = Signal()
        self.queue_consumer.sender.send(_reply(message, result, exc_info), sent.send)
        if sent.wait() is None:
            self.queue_consumer.ack_messages([message], together=False)
        else:
            log.warning("answer not sent; the request is delivered again")
            self.requeue_message(message)
        return result, exc_info

    def requeue_message(self, message: Any) -> None:
        self.queue_consumer.requeue_messages([message])


def _reply(message: Any, result: Any, exc_info: Any) -> Letter:
    """The answer to the request `message`, as Nameko writes it."""
    error = serialize(exc_info[1]) if exc_info else None
    try:
        body = encoded({"result": result, "error": error})
    except (TypeError, ValueError):
        told = serialize(UnserializableValueError(result))
        body = encoded({"result": None, "error": told})
    properties = {"correlation_id": message.properties.get("correlation_id")}
    return Letter(EXCHANGE, message.properties["reply_to"], body, properties, {})


class Answers(Rpc):
    """A method other services may call; a `ServiceError` it raises reaches the caller."""

    rpc_consumer = AnsweringConsumer()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(expected_exceptions=ServiceError, **kwargs)

    def unpack_message_headers(self, message: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().unpack_message_headers(message)
        if spans.listened():
            asked = found.get("traceparent")
            found |= {"traceparent": spans.within(asked), "asked": (asked, time.perf_counter())}
        return found

    def handle_result(
        self, message: Any, worker_ctx: Any, result: Any, exc_info: Any
    ) -> tuple[Any, Any]:
        if exc_info and isinstance(exc_info[1], ServiceError):
            exc_info[1].args = (to_wire(exc_info[1]),)
        error = exc_info[1] if exc_info else None
        metrics.ANSWERS.labels(self.method_name, _outcome(error)).inc()
        if "asked" in worker_ctx.data:
            parent, began = worker_ctx.data["asked"]
            name, own = f"{self.container.service_name}.{self.method_name}", worker_ctx.data
            seconds = time.perf_counter() - began
            spans.ended("server", name, own["traceparent"], parent, seconds, _wrong(error))
        answered: tuple[Any, Any] = super().handle_result(message, worker_ctx, result, exc_info)
        return answered


rpc: Callable[[Method], Method] = Answers.decorator


class Listener(ReplyListener):
    """Takes the answers; one that nobody waits for any more is dropped."""

    queue_consumer = Broker()
    unanswered = True

    def handle_message(self, body: Any, message: Any) -> None:
        waiting = self._reply_events.pop(message.properties.get("correlation_id"), None)
        if waiting is not None:
            waiting.send(body)


class RemoteService:
    """``remote.method(argument=..., timeout=seconds)``."""

    def __init__(self, listener: Listener, service: str, traceparent: str | None) -> None:
        self._listener = listener
        self._service = service
        self._traceparent = traceparent

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(timeout: float = TIMEOUT, **arguments: Any) -> Any:
            return self._call(method, arguments, timeout)

        return call

    def _call(self, method: str, arguments: dict[str, Any], timeout: float) -> Any:
        began, error = time.perf_counter(), None
        own = spans.within(self._traceparent)
        try:
            return self._asked(method, arguments, timeout, own)
        except Exception as failure:
            error = failure
            raise
        finally:
            self._account(method, error, time.perf_counter() - began, own)

    def _account(
        self, method: str, error: Exception | None, seconds: float, own: str | None
    ) -> None:
        outcome, name = _outcome(error), f"{self._service}.{method}"
        metrics.CALLS.labels(self._service, method, outcome).inc()
        metrics.CALL_SECONDS.labels(self._service).observe(seconds)
        spans.ended("client", name, own, self._traceparent, seconds, _wrong(error))

    def _asked(
        self, method: str, arguments: dict[str, Any], timeout: float, traceparent: str | None
    ) -> Any:
        correlation_id = str(uuid.uuid4())
        event = self._listener.get_reply_event(correlation_id)
        try:
            with eventlet.Timeout(timeout):
                self._send(method, arguments, correlation_id, timeout, traceparent)
                return _answer(event.wait())
        except eventlet.Timeout as error:
            raise Unavailable() from error
        finally:
            self._listener._reply_events.pop(correlation_id, None)

    def _send(
        self,
        method: str,
        arguments: dict[str, Any],
        correlation_id: str,
        timeout: float,
        traceparent: str | None,
    ) -> None:
        headers = {"nameko.traceparent": traceparent} if traceparent else {}
        properties = {
            "reply_to": self._listener.routing_key,
            "correlation_id": correlation_id,
            "expiration": str(int(timeout * 1000)),
        }
        body = encoded({"args": [], "kwargs": arguments})
        key = f"{self._service}.{method}"
        letter = Letter(EXCHANGE, key, body, properties, headers, mandatory=True)
        self._listener.queue_consumer.sender.send(letter, partial(self._unsent, correlation_id))

    def _unsent(self, correlation_id: str, error: Unavailable | None) -> None:
        waiting = error and self._listener._reply_events.pop(correlation_id, None)
        if waiting:
            waiting.send_exception(error)


def _outcome(error: BaseException | None) -> str:
    """done; refused: by a rule; unavailable: no answer, or one that says so; failed."""
    match error:
        case None:
            return "done"
        case Unavailable():
            return "unavailable"
        case ServiceError() if not isinstance(error, Unexpected):
            return "refused"
    return "failed"


def _wrong(error: BaseException | None) -> str | None:
    """The name of an error that is no refusal."""
    return type(error).__name__ if _outcome(error) in ("unavailable", "failed") else None


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
