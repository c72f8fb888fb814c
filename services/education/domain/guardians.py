"""Who may apply for a child: the guardian that the register names (pure).

Source: Compulsory Education Law, Art. 11; Civil Code, Art. 27. The register is identity's, told by
its events; what an applicant says of it counts for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from shared.errors import FieldError
from shared.text import Text

Ward = Mapping[str, Any]
"""{guardian (account), child (keyed lookup), child_born, from_day, until_day | None}"""


def guardianship(wards: Iterable[Ward], guardian: str, today: date) -> Ward | None:
    """The guardianship of `guardian` that is in force on `today`, among those of a child."""
    day = today.isoformat()
    found = (ward for ward in wards if ward["guardian"] == guardian)
    return next((w for w in found if w["from_day"] <= day <= (w["until_day"] or day)), None)


def no_guardian(pointer: str) -> FieldError:
    """The applicant is not the child's guardian."""
    return FieldError(
        pointer,
        Text(
            "监护登记中没有您对该儿童的监护关系；刚登记的请稍后再试，有疑问请向民政部门核实",
            "The register names no guardianship of yours for this child; if it is new, try again "
            "in a minute, else ask the civil affairs department",
        ),
        "guardian",
    )
