"""What a service publishes, declared beside it in ``events.py`` (pure).

Guarantees: one declaration serves the contract tests and the guard that every event is consumed or
declared public. Does not: publish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shared.schema import Schema


@dataclass(frozen=True, slots=True)
class Published:
    """The schema of an event's data; public: for consumers outside the platform, too."""

    schema: type[Schema]
    public: bool = False


Publishes = Mapping[str, Published]
