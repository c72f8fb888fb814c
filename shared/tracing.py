"""Whether spans are sent, and where: by OTLP over HTTP (OpenTelemetry), where a collector is set.

On where OTEL_EXPORTER_OTLP_ENDPOINT is set; the SDK's other variables count as well, for instance
OTEL_EXPORTER_OTLP_HEADERS, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER=traceidratio with
OTEL_TRACES_SAMPLER_ARG=0.1 (by the trace's id, so that all services keep the same traces).

Guarantees: off, nothing of OpenTelemetry is even imported; on, nobody waits for the collector: what
it cannot take in time is dropped. Does not: record what a caller wants unrecorded (flags 00).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"


def start(service: str, environment: Mapping[str, str] = os.environ) -> Callable[[], None]:
    """Send the spans of this process, where a collector is set; what sends the rest, at the end."""
    if not environment.get(ENDPOINT):
        return lambda: None
    from shared import otlp  # noqa: PLC0415 (it costs memory, which few want to spend)

    return otlp.start(service)
