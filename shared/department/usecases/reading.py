"""Who sees which cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared import division as divisions
from shared.access import Caller
from shared.department.usecases.desk import Desk, is_own, is_theirs
from shared.department.views import SUMMARY_FIELDS
from shared.documents import Document, Page
from shared.entrypoints.request import Call
from shared.errors import NotFound
from shared.text import Text


def read(desk: Desk, caller: Caller, case_id: str) -> Document:
    """A case that `caller` may see, or `NotFound`."""
    case = desk.store["cases"].get(case_id)
    if case is None or not (is_own(case, caller, "view") or is_theirs(desk, case, caller)):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    return case


def mine(desk: Desk, call: Call) -> Page:
    """The caller's own cases, newest first; or those of a legal person the caller acts for."""
    code = call.query.get("legal_person")
    if code and not call.signed_in.acts_for(code, "view"):
        raise NotFound(Text("没有这个办件", "There is no such case"))
    filter_ = (
        {"applicant.legal_person": code} if code else {"applicant.account": call.signed_in.subject}
    )
    return _listing(desk, filter_, call, -1)


def work_list(desk: Desk, call: Call) -> Page:
    """What waits on the officials' desk in `division` (by default their own), oldest first."""
    caller = call.signed_in
    own = caller.division or ""
    wanted = call.query.get("division", own)
    if caller.department != desk.department or not divisions.covers(own, wanted):
        raise NotFound(Text("没有这个办件清单", "There is no such work list"))
    return _listing(desk, {"worklist": wanted}, call, 1)


def _listing(desk: Desk, filter_: Mapping[str, Any], call: Call, direction: int) -> Page:
    page: Page = desk.store["cases"].page(
        filter_,
        order=("opened_at", direction),
        limit=call.query["limit"],
        cursor=call.query.get("cursor"),
        fields=SUMMARY_FIELDS,
    )
    return page
