"""What every department's service has in common: apply, work list, moves, results.

A department derives `Service` from `Department` and gives its items, each with its `Practice`.

Guarantees: the lifecycle of `shared.case` over HTTP; every item is announced; silence counts as
acceptance; a decision is completed and delivered even if the process dies in between.
Does not: know any item, form or rule.
"""

from shared.department.practice import Application, Decision, Fulfilment, Practice
from shared.department.service import Department

__all__ = ["Application", "Decision", "Department", "Fulfilment", "Practice"]
