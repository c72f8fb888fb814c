"""What the register publishes: that it is there, and what it provides."""

from shared.exchange.events import provider_events

PUBLISHES = provider_events("register")
