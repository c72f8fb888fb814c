"""Where the local platform of `make run` keeps what it has."""

from shared.local.process import ROOT

FOLDER = ROOT / ".local"
CLOCK = "clock"
"""The file in it that moves the platform's time (`shared.timekeeping`)."""
RUNNING = "platform.env"
"""The file in it that is there while the platform runs."""
