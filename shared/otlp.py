"""Spans to a collector, by OpenTelemetry's SDK; see `shared.tracing`, which alone imports this."""

from __future__ import annotations

import time
from collections.abc import Callable

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import IdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from shared import spans
from shared.spans import Span

CLOSING_MILLISECONDS = 3000
KINDS = {
    "server": SpanKind.SERVER,
    "client": SpanKind.CLIENT,
    "producer": SpanKind.PRODUCER,
    "consumer": SpanKind.CONSUMER,
}


class Given(IdGenerator):
    """The ids that a span has already: they were sent along before it ended."""

    trace = span = 0

    def generate_span_id(self) -> int:
        return self.span

    def generate_trace_id(self) -> int:
        return self.trace


class Recorder:
    """Tells spans to the SDK, which samples and sends them."""

    def __init__(self, service: str) -> None:
        self._ids = Given()
        resource = Resource.create({"service.name": service})
        provider = TracerProvider(id_generator=self._ids, resource=resource, shutdown_on_exit=False)
        self._processor = BatchSpanProcessor(OTLPSpanExporter())
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("government")

    def record(self, span: Span) -> None:
        ended = time.time_ns()
        own = _context(span.own)
        if not own.trace_flags.sampled:
            return
        self._ids.trace, self._ids.span = own.trace_id, own.span_id
        made = self._tracer.start_span(
            span.name,
            context=_below(span.parent),
            kind=KINDS[span.kind],
            attributes=span.attributes,
            start_time=ended - int(span.seconds * 1e9),
        )
        if span.error:
            made.set_status(Status(StatusCode.ERROR, span.error))
        made.end(ended)

    def close(self) -> None:
        """Send what waits."""
        self._processor.force_flush(CLOSING_MILLISECONDS)


def start(service: str) -> Callable[[], None]:
    """Listen to the spans of this process; what sends the rest of them."""
    recorder = Recorder(service)
    spans.Told.listener = recorder.record
    return recorder.close


def _below(parent: str | None) -> Context:
    if parent is None:
        return Context()
    return set_span_in_context(NonRecordingSpan(_context(parent)), Context())


def _context(traceparent: str) -> SpanContext:
    _, trace, span, flags = traceparent.split("-")
    return SpanContext(int(trace, 16), int(span, 16), True, TraceFlags(int(flags, 16)))
