"""What the register of households keeps sealed: the numbers of members and their guardians."""

from services.household.usecases.sealing import member_context
from shared.sealed import Sealed

SEALED = (
    Sealed("households", "members.*.sealed", lambda found: member_context(found.holder["id"])),
)
