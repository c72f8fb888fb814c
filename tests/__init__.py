"""Tests and benches of the whole. A few accounts play everybody here, so none has a rate."""

import os

os.environ |= {"PERSON_RATE": "0", "SYSTEM_RATE": "0"}
