"""Figures that are kept as documents come and change, exact to the last one.

`Books` says where a service keeps its figures; `posting` is how they are kept, `counting` the
arithmetic. `shared.entrypoints.poster` brings postings to the figures in the background.
"""

from shared.figures.counting import Contribution, Counts, difference, minus, plus, total
from shared.figures.posting import LEFT_BEHIND, Books, Due, Post, rows_of

__all__ = [
    "LEFT_BEHIND",
    "Books",
    "Contribution",
    "Counts",
    "Due",
    "Post",
    "difference",
    "minus",
    "plus",
    "rows_of",
    "total",
]
