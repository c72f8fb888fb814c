"""Answers kept for a while."""

from __future__ import annotations

import eventlet
import pytest

from services.supervision.fresh import Fresh


def test_fresh() -> None:
    """An answer is made once while it is fresh, then anew; a failure is not kept."""
    now, made = [0.0], []
    fresh = Fresh(2, lambda: now[0])

    def make() -> int:
        made.append(1)
        return len(made)

    assert [fresh.of("a", make), fresh.of("a", make), fresh.of("b", make, 10)] == [1, 1, 2]
    now[0] = 2.0
    assert [fresh.of("a", make), fresh.of("b", make)] == [3, 2]
    with pytest.raises(ZeroDivisionError):
        fresh.of("c", lambda: 1 // 0)
    assert fresh.of("c", make) == 4
    pool = eventlet.GreenPool(20)
    assert set(pool.imap(lambda n: fresh.of("d", make), range(20))) == {5}
