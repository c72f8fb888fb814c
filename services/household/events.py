"""What the register tells the others: nothing but what it provides through the exchange.

Who may know of a person's household needs a grant; an event would reach everybody.
"""

from __future__ import annotations

from shared.published import Publishes

PUBLISHES: Publishes = {}
