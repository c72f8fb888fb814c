"""What the department publishes: what every department does."""

from shared.department.events import department_events

PUBLISHES = department_events("permits")
