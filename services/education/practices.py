"""How each item is handled: what is checked, what decides, what an approval does."""

from __future__ import annotations

from services.education import items, sources
from services.education.tools import tools
from services.education.usecases import aiding, certificates, enrolling, settling
from shared.department import Practice

PRACTICES = (
    Practice(
        items.ENROLMENT,
        check=lambda store, asked: enrolling.check(store, tools(), asked),
        fulfil=lambda store, done: settling.admit(store, tools(), done),
        sources=sources.SOURCES,
        verifications=sources.verifications(tools),
    ),
    Practice(
        items.QUALIFICATION,
        check=lambda store, asked: certificates.check(store, tools(), asked),
        fulfil=lambda store, done: certificates.issue(store, tools(), done),
    ),
    Practice(items.VERIFICATION, decide=certificates.decide, fulfil=certificates.verified),
    Practice(
        items.AID,
        check=lambda store, asked: aiding.check(store, tools(), asked),
        fulfil=lambda store, done: aiding.grant(store, tools(), done),
    ),
)
