"""What every department does with cases: load, rule, save.

Guarantees: callers see their own cases, officials those of their department in their division's
subtree, and anything else is `NotFound`; forms are sealed at rest; the one who accepts is not the
one who approves where the item asks for two people.
Does not: know HTTP or MongoDB; the store, the vault and the time are passed in.
"""

from shared.department.usecases.applying import (
    apply,
    replace_form,
    resubmit,
    save_draft,
    submit_draft,
    withdraw,
)
from shared.department.usecases.checking import PERSON, SWEEP_LIMIT, Sweep, ask, override
from shared.department.usecases.desk import Desk, actor, opened_form, practice_of
from shared.department.usecases.filling import prefill, prefill_again
from shared.department.usecases.handling import (
    complete,
    decide,
    deem_accepted,
    fulfilment_of,
    move,
    reopen,
)
from shared.department.usecases.prefilled import sources
from shared.department.usecases.reading import mine, read, work_list

__all__ = [
    "PERSON",
    "SWEEP_LIMIT",
    "Desk",
    "Sweep",
    "actor",
    "apply",
    "ask",
    "complete",
    "decide",
    "deem_accepted",
    "fulfilment_of",
    "mine",
    "move",
    "opened_form",
    "override",
    "practice_of",
    "prefill",
    "prefill_again",
    "read",
    "reopen",
    "replace_form",
    "resubmit",
    "save_draft",
    "sources",
    "submit_draft",
    "withdraw",
    "work_list",
]
