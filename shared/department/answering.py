"""What the entrypoints of a department answer with: a case as the caller sees it."""

from __future__ import annotations

from typing import Any, ClassVar

from shared.department import views
from shared.documents import Document, Page
from shared.entrypoints import Call, Reply


class Answering:
    """The base of the entrypoints; `name` and `desk` are the department's own."""

    name: ClassVar[str]
    desk: Any

    def _receipt(self, case: Document) -> Reply:
        location = f"/{self.name}/cases/{case['_id']}"
        return Reply(views.receipt(case), version=1, location=location)

    def _summary(self, call: Call, case: Document) -> Reply:
        body = views.summary(case, self.desk.items, call.signed_in)
        return Reply(body, version=case["version"])

    def _page(self, call: Call, page: Page) -> Reply:
        rows = [views.summary(case, self.desk.items, call.signed_in) for case in page.items]
        return Reply.page(rows, page.next_cursor)
