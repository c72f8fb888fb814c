"""The Mongo repository: the only package that knows pymongo.

Guarantees: a save is one write, filtered on the version, that carries the document, the events it
has yet to publish and the event it answers; a stale write changes nothing and raises `Stale`; an
absent database raises `Unavailable`, never blocks longer than the time limits of `connection`. Only
declared collections exist.
Does not: span documents (what reaches wider is an event), or cache.
"""

from shared.documents import Change, Document, Page
from shared.store.connection import (
    COMMANDING,
    Collections,
    Index,
    answers,
    create_indexes,
    open_database,
)
from shared.store.database import Database, once
from shared.store.files import Files
from shared.store.outboxes import (
    KEPT,
    forget_published,
    keep_published,
    left_behind,
    mark_published,
    published,
)
from shared.store.repository import Repository

__all__ = [
    "COMMANDING",
    "KEPT",
    "Change",
    "Collections",
    "Database",
    "Document",
    "Files",
    "Index",
    "Page",
    "Repository",
    "answers",
    "create_indexes",
    "forget_published",
    "keep_published",
    "left_behind",
    "mark_published",
    "once",
    "open_database",
    "published",
]
