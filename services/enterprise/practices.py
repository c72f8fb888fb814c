"""How each item is handled: what is checked, what decides, what an approval does."""

from __future__ import annotations

from services.enterprise import items, sources
from services.enterprise.tools import tools
from services.enterprise.usecases import annual_reports, companies, names
from shared.department import Practice

PRACTICES = (
    Practice(
        items.NAME_RESERVATION,
        check=names.check_application,
        decide=names.decide,
        fulfil=names.confirm,
    ),
    Practice(
        items.ESTABLISHMENT,
        check=lambda store, asked: companies.check_establishment(store, tools(), asked),
        fulfil=lambda store, done: companies.establish(store, tools(), done),
        verifications=sources.NOT_BARRED,
    ),
    Practice(
        items.CHANGE,
        check=lambda store, asked: companies.check_change(store, tools(), asked),
        fulfil=lambda store, done: companies.change(store, tools(), done),
        verifications=sources.NOT_BARRED,
    ),
    Practice(
        items.DEREGISTRATION,
        check=companies.check_deregistration,
        fulfil=companies.deregister,
    ),
    Practice(
        items.ANNUAL_REPORT,
        check=annual_reports.check,
        decide=annual_reports.decide,
        fulfil=annual_reports.publish,
    ),
)
