"""What the exchange tells the others."""

from __future__ import annotations

from shared.published import Publishes

PUBLISHES: Publishes = {}
