"""Demo data of the local platform: ``python -m services.enterprise.seed http://localhost:8000``.

Guarantees: can be repeated; the enterprises are made by the same rules as every other. Does not:
belong anywhere else than on the local platform: the persons in it do not exist.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from services.enterprise import items
from services.enterprise.service import Service
from services.enterprise.tools import Tools, tools
from services.enterprise.usecases import bars, companies, names
from shared.access import Caller
from shared.commands import config_of, store_of
from shared.department import Application
from shared.department.practice import Fulfilment
from shared.entrypoints.request import Call
from shared.events import derived_id
from shared.item import Item

OPENED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
FOUNDER = Caller("seed", "person", "刘洋")
NUMBER = "43010419850505001X"
COMPANIES = (
    ("430104", "湘江潮", "餐饮管理", "湘江中路 12 号", ["餐饮服务", "餐饮管理"]),
    ("430111", "云麓数智", "网络科技", "劳动东路 88 号", ["软件开发", "互联网信息服务"]),
    ("430181", "浏水河", "花卉", "金沙中路 3 号", ["花卉种植", "花卉销售"]),
)
BARRED = {
    "name": "陈明",
    "identity": "43010419700101001X",
    "ground": "licence-revoked",
    "since": "2025-06-01",
    "until": "2028-05-31",
    "source": "长市监罚〔2025〕12 号",
}


def seed(store: Any, keys: Tools) -> list[str]:
    """Make what is missing; what a person should know."""
    lines = [_company(store, keys, i, *row) for i, row in enumerate(COMPANIES)]
    administrator = Caller("seed", "official", "seed", "430000", items.DEPARTMENT)
    call = Call(OPENED, administrator, body=BARRED, id=derived_id("seed", "bar"), digest="seed")
    bars.record(store, keys, call)
    return [*lines, f"{BARRED['identity']}  {BARRED['name']}  (may not represent an enterprise)"]


def _company(
    store: Any,
    keys: Tools,
    place: int,
    division: str,
    trade_name: str,
    industry: str,
    street: str,
    scope: list[str],
) -> str:
    case = derived_id("seed", "name", place)
    form = {
        "division": division,
        "trade_name": trade_name,
        "industry": industry,
        "form": "有限公司",
    }
    reservation = Application(case, items.NAME_RESERVATION, division, form, FOUNDER, None, OPENED)
    if not names.decide(store, reservation).approved:
        raise RuntimeError(f"the demo name {trade_name} is taken")
    names.confirm(store, _done(case, items.NAME_RESERVATION, division, form))
    founded = _establishment(division, street, scope, case)
    done = _done(derived_id("seed", "company", place), items.ESTABLISHMENT, division, founded)
    made = companies.establish(store, keys, done)
    return f"{made['code']}  {made['name']}  (on the public register)"


def _done(id_: str, item: Item, division: str, form: dict[str, Any]) -> Fulfilment:
    applicant = {"account": FOUNDER.subject, "name": FOUNDER.name, "legal_person": None}
    return Fulfilment(id_, id_[:8], item, division, form, applicant, OPENED)


def _establishment(division: str, street: str, scope: list[str], case: str) -> dict[str, Any]:
    owner = {"kind": "person", "name": FOUNDER.name, "identity": NUMBER, "role": None}
    return {
        "reservation": case,
        "registered_capital": 1_000_000,
        "owners": [{**owner, "amount": 1_000_000, "share": 10_000, "due": "2030-12-31"}],
        "representative": {"name": FOUNDER.name, "identity": NUMBER, "phone": "13800000099"},
        "address": {"division": division, "detail": street},
        "business_scope": scope,
        "term_until": None,
    }


def main() -> None:
    """Seed the database of this environment."""
    print("\n".join(seed(store_of(Service, config_of(Service)), tools())))


if __name__ == "__main__":
    main()
