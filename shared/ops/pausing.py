"""``pause`` and ``resume``: a service leaves the messages of a queue where they are, for a while.

Guarantees: in every instance within seconds (`shared.entrypoints.pauses`), and across restarts;
events gather in the queue meanwhile. ``resume`` says what waits.
Does not: end what a handler has in hand, at most as many messages as it fetches ahead.
"""

from __future__ import annotations

from datetime import datetime

from shared.local.failure import Failure
from shared.ops.queues import listening
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.pausing import COLLECTION, Pause, pause, paused, resume


def pause_queue(setting: Setting, queue: str, *, why: str, by: str, now: datetime) -> Told:
    """Pause a consumer."""
    service = _known(setting, queue)
    store = setting.store(service, {COLLECTION: ()})
    if pause(store, Pause(queue, now, by, why)):
        return Told(lines=[f"{queue} is paused; events wait in it until: resume {queue}"])
    before = paused(store)[queue]
    return Told(lines=[f"{queue} was paused already, by {before.by}: {before.reason}"])


def resume_queue(setting: Setting, queue: str) -> Told:
    """Let a paused consumer go on."""
    service = _known(setting, queue)
    if resume(setting.store(service, {COLLECTION: ()}), queue):
        return Told(lines=[f"{queue} goes on"])
    return Told(lines=[f"{queue} was not paused"])


def _known(setting: Setting, queue: str) -> str:
    service = setting.owner(queue)
    names = listening(setting, service)
    if queue not in names:
        raise Failure(f"{queue}: {service} hears by {', '.join(names) or 'no queue'}", AWAY)
    return service
