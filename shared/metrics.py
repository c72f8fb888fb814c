"""What a process counts of itself, as Prometheus reads it at `/metrics` of its own port.

Guarantees: each label has few values, which the code or its administrators know: templates of
routes, queues, methods, outcomes; never an id, and nothing that a person wrote. Counting takes some
microseconds and waits for nothing.
Does not: keep history or add up processes (Prometheus does); name the service: `service` is a
label of the scrape. A service's own metrics stand in its `metering.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from http import HTTPMethod

from prometheus_client import CONTENT_TYPE_LATEST, Counter, Gauge, Histogram, generate_latest

PREFIX = "government"
CONTENT_TYPE = CONTENT_TYPE_LATEST
SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
LATE = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0)
OTHER = "other"


def counter(name: str, told: str, *labels: str) -> Counter:
    """``government_<name>_total``"""
    return Counter(name, told, labels, namespace=PREFIX)


def gauge(name: str, told: str, *labels: str) -> Gauge:
    """``government_<name>``"""
    return Gauge(name, told, labels, namespace=PREFIX)


def histogram(
    name: str, told: str, *labels: str, buckets: tuple[float, ...] = SECONDS
) -> Histogram:
    """``government_<name>_bucket``, ``_sum`` and ``_count``"""
    return Histogram(name, told, labels, namespace=PREFIX, buckets=buckets)


def exposition() -> bytes:
    """All metrics of the process, in the text format that `CONTENT_TYPE` names."""
    return generate_latest()


REQUESTS = counter("http_requests", "Requests answered", "method", "route", "status")
REQUEST_SECONDS = histogram(
    "http_request_seconds", "Until the answer, of a stream until its beginning", "method", "route"
)
REQUESTS_IN_HAND = gauge("http_requests_in_hand", "Requests that are being answered")
WORKERS_BUSY = gauge("workers_busy", "Workers that run a method")
WORKERS = gauge("workers", "Workers that there may be")

EVENTS = counter("events", "Events by what became of them", "queue", "outcome")
EVENT_SECONDS = histogram(
    "event_seconds", "From taking events in hand until they are settled, one lot each", "queue"
)
EVENT_AGE = histogram(
    "event_age_seconds", "From the fact to its effect, one event a lot", "queue", buckets=LATE
)
CONSUMING = gauge("broker_consuming", "1 while the process takes messages, else 0")

CALLS = counter("rpc_calls", "Calls of other services", "target", "method", "outcome")
CALL_SECONDS = histogram("rpc_call_seconds", "Until the answer or the deadline", "target")
ANSWERS = counter("rpc_answers", "Calls by other services", "method", "outcome")

PUBLISHED = counter("outbox_published", "Events that the broker has confirmed")
OUTBOX_WAITING = gauge("outbox_waiting", "Documents whose events wait to be published")
OUTBOX_AGE = gauge("outbox_oldest_seconds", "Age of the oldest event that waits, 0: none does")

COMMANDS_FAILED = counter("mongo_commands_failed", "Commands that failed", "command")
COMMAND_SECONDS = histogram("mongo_command_seconds", "Until the database's answer", "command")
WRITABLE = gauge("mongo_writable", "1 while there is a server to write to, else 0")
CONNECTIONS = gauge("mongo_pool_connections", "Connections to the database")
CONNECTIONS_IN_USE = gauge("mongo_pool_in_use", "Connections that carry a command")
CONNECTIONS_MOST = gauge("mongo_pool_most", "Connections to one server that there may be")
CONNECTIONS_DENIED = counter("mongo_pool_denied", "Commands that got no connection", "reason")

RUNS = counter("periodic_runs", "Runs of methods that run at intervals", "method", "outcome")
LAST_RUN = gauge(
    "periodic_last_success_timestamp_seconds",
    "When a method last ran, or its process began",
    "method",
)
INTERVAL = gauge("periodic_interval_seconds", "Seconds between two runs of a method", "method")


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count a request. route: the template, never the path."""
    method = method if method in HTTPMethod.__members__ else OTHER
    number, duration = _of_request(method, route, status)
    number.inc()
    duration.observe(seconds)


@cache
def _of_request(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), REQUEST_SECONDS.labels(method, route)


def settled(queue: str, outcomes: Mapping[str, int], seconds: float) -> None:
    """Count a lot of events. outcomes: done, retried, dead, unsettled, each with its number."""
    for outcome, number in outcomes.items():
        EVENTS.labels(queue, outcome).inc(number)
    EVENT_SECONDS.labels(queue).observe(seconds)
