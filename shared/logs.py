"""Structured logs: one JSON object a line, personal numbers masked.

Guarantees: every line, from whatever library, passes the mask. Does not: ship or rotate logs.
"""

from __future__ import annotations

import logging
import sys
from typing import Any

import orjson

from shared.personal import mask_in

QUIET = {
    "nameko": logging.CRITICAL,
    "amqp": logging.ERROR,
    "kombu": logging.WARNING,
    "pymongo": logging.WARNING,
}


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; `extra={"fields": {...}}` adds members."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z"),
            "level": record.levelname,
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return mask_in(orjson.dumps(line, default=str).decode())


def set_up_logs(service: str, level: str) -> None:
    """Write every log of this process to standard error, as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name, floor in QUIET.items():
        logging.getLogger(name).setLevel(floor)
