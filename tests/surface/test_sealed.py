"""Everything personal that is kept sealed is declared, so that it can be sealed anew."""

from __future__ import annotations

from shared.local import Platform
from tests.operating import Operate, operate

__all__ = ["operate"]


def test_declared(platform: Platform, operate: Operate) -> None:
    """Every sealed value of every service opens where its declaration says, by the newest key."""
    told = operate(platform, "keys")
    assert [row for row in told.rows if row["state"] != "current"] == []
    assert told.exit_code == 0
    sealed = {f"{row['service']}.{row['values']}" for row in told.rows}
    assert {"identity.accounts.sealed.*", "household.households.members.*.sealed"} <= sealed


def test_queues(platform: Platform, operate: Operate) -> None:
    """Every queue that a service hears by is there, and somebody listens."""
    told = operate(platform, "queues")
    assert told.exit_code == 0
    hearing = [
        row for row in told.rows if ".retry." not in row["queue"] and "dead" not in row["queue"]
    ]
    assert hearing and all(row["consumers"] == 1 for row in hearing)
