"""What the register publishes: that it is there, and what it provides."""

from shared.exchange.events import change_events, provider_events

PUBLISHES = {**provider_events("register"), **change_events("register")}
