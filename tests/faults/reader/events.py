"""What the office publishes: that it is there."""

from shared.exchange.events import node_events

PUBLISHES = node_events("reader")
