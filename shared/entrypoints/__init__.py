"""How the world gets in: HTTP, RPC, events and time, each a declaration on a method.

Guarantees: see `web`, `remote`, `heard`, `timed`, `mongo`. Does not: hold any rule of a service.
"""

from shared.entrypoints.answer import Reply
from shared.entrypoints.heard import hears
from shared.entrypoints.mongo import Store
from shared.entrypoints.remote import Remote, rpc
from shared.entrypoints.request import Call
from shared.entrypoints.timed import Clock, Config, every
from shared.entrypoints.web import http

__all__ = ["Call", "Clock", "Config", "Remote", "Reply", "Store", "every", "hears", "http", "rpc"]
