"""The department under measurement: all that a department has, and one item."""

from __future__ import annotations

from shared.department import Department
from tests.bench.workload import PRACTICE


class Service(Department):
    name = "office"
    title = "Department under measurement"
    department = "market-regulation"
    practices = (PRACTICE,)
