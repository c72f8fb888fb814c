"""The circuit breaker of a provider, against every course of events."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from services.exchange.domain import breaker as rules
from services.exchange.domain.breaker import CLOSED, FAILURES, LONGEST_PAUSE, PROBE_LIMIT


class Course(RuleBasedStateMachine):
    """Requests that come, end in any order, or are never heard of again, while time passes."""

    under_way = Bundle("under_way")

    def __init__(self) -> None:
        super().__init__()
        self.now, self.breaker = 0.0, CLOSED
        self.row = 0
        self.probes: dict[float, float] = {}

    @rule(seconds=st.floats(0, 2 * LONGEST_PAUSE))
    def time_passes(self, seconds):
        self.now += seconds

    @rule(target=under_way)
    def request(self):
        """Let through while closed; else a probe, and never two within its limit."""
        before = rules.state(self.breaker, self.now)
        admission = rules.admitted(self.breaker, self.now)
        assert (admission is None) == (rules.wait(self.breaker, self.now) > 0)
        if admission is None:
            assert before != "closed"
            return None
        assert admission.probe == (before != "closed")
        if admission.probe:
            assert not [ends for ends in self.probes.values() if ends > self.now]
            self.probes[self.now] = self.now + PROBE_LIMIT
            self.breaker = admission.breaker
            assert rules.state(self.breaker, self.now) == "half-open"
        return self.now, admission

    @rule(ended=consumes(under_way))
    def answered(self, ended):
        if ended is None:
            return
        before = self.breaker
        self.breaker = rules.succeeded(before, ended[1])
        if ended[1].probe or before.until is None:
            assert self.breaker == CLOSED
            self.probes.clear()
            self.row = 0
        else:
            assert self.breaker == before

    @rule(ended=consumes(under_way))
    def failed(self, ended):
        if ended is None:
            return
        before = self.breaker
        self.breaker = rules.failed(before, ended[1], self.now)
        if before.until is None:
            self.row += 1
            assert (self.breaker.until is not None) == (self.row >= FAILURES)
        elif ended[1].probe and before.probing:
            assert self.breaker.pause >= before.pause
            self.probes.clear()
        else:
            assert self.breaker == before
        if self.breaker.until is not None:
            self.row = 0

    @invariant()
    def bounded(self):
        """Nobody waits longer than the longest pause or probe."""
        assert 0 <= rules.wait(self.breaker, self.now) <= max(LONGEST_PAUSE, PROBE_LIMIT)
        assert self.breaker.pause <= LONGEST_PAUSE


Course.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestCourse = Course.TestCase


def test_pauses():
    """Each probe that fails makes the pause twice as long, up to the longest."""
    now, breaker, pauses = 0.0, CLOSED, []
    while len(pauses) < 8:
        while admission := rules.admitted(breaker, now):
            breaker = rules.failed(admission.breaker, admission, now)
        pauses.append(rules.wait(breaker, now))
        now += pauses[-1]
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]
