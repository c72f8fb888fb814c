"""What enterprise registration keeps sealed: with cases, and numbers in the register."""

from shared.department.sealed import CASES
from shared.sealed import Sealed, by_id

SEALED = (
    *CASES,
    Sealed("companies", "representative.sealed", by_id),
    Sealed("companies", "owners.*.sealed", by_id),
)
