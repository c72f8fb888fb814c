"""How each item is handled: what is checked, and what an approval does."""

from __future__ import annotations

from services.health import items, sources
from services.health.tools import vault
from services.health.usecases import certificates, institutions, practitioners
from shared.department import Practice

PRACTICES = (
    Practice(
        items.DOCTOR,
        check=lambda store, asked: practitioners.check_doctor(store, vault(), asked),
        fulfil=lambda store, done: practitioners.register_doctor(store, vault(), done),
        sources=sources.DOCTOR,
        verifications=(sources.QUALIFIED_DOCTOR,),
    ),
    Practice(
        items.NURSE,
        check=lambda store, asked: practitioners.check_nurse(store, vault(), asked),
        fulfil=lambda store, done: practitioners.register_nurse(store, vault(), done),
        sources=sources.NURSE,
        verifications=(sources.QUALIFIED_NURSE,),
    ),
    Practice(items.INSTITUTION, check=institutions.check, fulfil=institutions.license),
    Practice(
        items.BIRTH,
        check=lambda store, asked: certificates.check_birth(store, vault(), asked),
        fulfil=lambda store, done: certificates.issue_birth(store, vault(), done),
    ),
    Practice(
        items.FOOD_WORKER,
        check=certificates.check_food_worker,
        fulfil=certificates.issue_food_worker,
    ),
)
