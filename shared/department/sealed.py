"""What every department keeps sealed with a case; add it to the department's own."""

from shared.department.usecases.checking import questions_context
from shared.department.usecases.prefilled import prefill_context
from shared.sealed import Sealed, by_id

CASES = (
    Sealed("cases", "form", by_id),
    Sealed("cases", "prefill", lambda found: prefill_context(found.document)),
    Sealed("cases", "questions", lambda found: questions_context(found.document)),
)
