"""What the register tells the others: that it is there, what it provides, and that some record has
changed, which only whoever follows it by a grant can make out.

Who may know of a person's household needs a grant; an event would reach everybody.
"""

from __future__ import annotations

from shared.exchange.events import change_events, provider_events
from shared.published import Publishes

PUBLISHES: Publishes = {
    **provider_events("household"),
    **change_events("household"),
}
