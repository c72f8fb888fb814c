"""``pause`` and ``resume``: a service leaves the messages of a queue where they are, for a while.

Guarantees: in every instance within seconds (`shared.entrypoints.pauses`), and across restarts;
events gather in the queue meanwhile, and the services that the command works on keep what they
publish for as long (`shared.pausing.kept_since`), so that a backup has what waits in the queue.
Does not: end what a handler has in hand, at most as many messages as it fetches ahead; or reach
services that the command does not work on: ``backup`` says where that matters.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from shared.local.failure import Failure
from shared.ops.queues import listening
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.pausing import (
    COLLECTION,
    Hold,
    Pause,
    hold,
    holds,
    kept_since,
    let_go,
    pause,
    paused,
    resume,
)
from shared.store import Collections

PLATFORM: Collections = {COLLECTION: ()}


def pause_queue(setting: Setting, queue: str, *, why: str, by: str, now: datetime) -> Told:
    """Pause a consumer."""
    service = _known(setting, queue)
    store = setting.store(service, PLATFORM)
    for one in setting.services:
        hold(setting.store(one, PLATFORM), queue, now, kept_for(setting, one))
    if pause(store, Pause(queue, now, by, why)):
        kept = f"kept for it meanwhile: what {', '.join(setting.services)} publish"
        return Told(lines=[f"{queue} is paused; events wait in it until: resume {queue}", kept])
    before = paused(store)[queue]
    return Told(lines=[f"{queue} was paused already, by {before.by}: {before.reason}"])


def resume_queue(setting: Setting, queue: str, now: datetime) -> Told:
    """Let a paused consumer go on."""
    service = _known(setting, queue)
    went_on = resume(setting.store(service, PLATFORM), queue)
    for one in setting.services:
        let_go(setting.store(one, PLATFORM), queue, now)
    return Told(lines=[f"{queue} goes on" if went_on else f"{queue} was not paused"])


def kept_for(setting: Setting, service: str) -> timedelta:
    """How long the service keeps what it has published."""
    return timedelta(hours=setting.config(service)["PUBLISHED_KEPT_HOURS"])


def unkept(setting: Setting, now: datetime) -> dict[str, list[str]]:
    """Paused queues in which something may wait that the services named have forgotten already."""
    stores = {service: setting.store(service, PLATFORM) for service in setting.services}
    kept = {service: holds(store) for service, store in stores.items()}
    found: dict[str, list[str]] = {}
    for one in (p for store in stores.values() for p in paused(store).values()):
        spans = {service: kept_for(setting, service) for service in stores}
        known = {s: kept_since(_of(kept[s], one.queue), now, spans[s]) for s in stores}
        if late := [s for s, since in known.items() if since > one.since or not spans[s]]:
            found[one.queue] = late
    return found


def _of(found: Mapping[str, Hold], queue: str) -> list[Hold]:
    return [found[queue]] if queue in found else []


def _known(setting: Setting, queue: str) -> str:
    service = setting.owner(queue)
    names = listening(setting, service)
    if queue not in names:
        raise Failure(f"{queue}: {service} hears by {', '.join(names) or 'no queue'}", AWAY)
    return service
