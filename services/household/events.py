"""What the register tells the others: that it is there, and what it provides.

Who may know of a person's household needs a grant; an event would reach everybody.
"""

from __future__ import annotations

from shared.exchange.events import provider_events
from shared.published import Publishes

PUBLISHES: Publishes = provider_events("household")
