"""What education keeps sealed."""

from services.education.usecases.rounds import seed_context
from shared.department.sealed import CASES
from shared.sealed import Sealed

SEALED = (
    *CASES,
    Sealed("rounds", "seed.sealed", lambda found: seed_context(found.document["_id"])),
)
