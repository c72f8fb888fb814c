"""The commands, and their arguments."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from functools import partial
from pathlib import Path

from shared.local.alone import database_alone
from shared.local.failure import Failure
from shared.local.places import FOLDER
from shared.ops import (
    backing,
    letters,
    outbox,
    pausing,
    queues,
    rebuilding,
    republishing,
    restoring,
    rotating,
)
from shared.ops.setting import AWAY, Setting
from shared.ops.telling import Told
from shared.timekeeping import system_time

Options = argparse.Namespace
Run = Callable[[Setting, Options], Told]
MANY = 1_000_000_000


def parser(user: str) -> argparse.ArgumentParser:
    """The command line; `user` is who does it unless it says otherwise."""
    made = argparse.ArgumentParser(prog="python -m shared.ops", description=__doc__)
    made.add_argument("--json", action="store_true", help="for machines")
    made.add_argument("--service", action="append", metavar="NAME[=MODULE]", help="default: all")
    made.add_argument("--amqp-uri", help="default: AMQP_URI, or the local platform's")
    made.add_argument("--mongo-uri", help="default: MONGO_URI, or the local platform's")
    said = "NAME=value lines, such as secrets; may be repeated"
    made.add_argument("--settings", type=Path, action="append", default=[], help=said)
    made.add_argument("--by", default=user, help="who does it; default: %(default)s")
    add = partial(_command, made.add_subparsers(required=True, metavar="COMMAND"))
    _looking(add)
    _handling(add)
    _remaking(add)
    _keeping(add)
    return made


Add = Callable[[str, Run, str], argparse.ArgumentParser]


def _looking(add: Add) -> None:
    command = add("queues", lambda s, o: queues.show(s, all_=o.all), "what waits where")
    command.add_argument("--all", action="store_true", help="empty retry and dead queues, too")
    add("outbox", lambda s, o: outbox.show(s, system_time()), "events not yet published")


def _handling(add: Add) -> None:
    command = add("dead-letters", _dead_letters, "what could not be handled, and why")
    command.add_argument("which", nargs="?", help="a queue, or an event's id; default: all")
    command.add_argument("--dropped", action="store_true", help="those that were dropped")
    command = add("replay", _replay, "send dead letters back to their queues")
    command.add_argument("which", nargs="?", help="a queue, or an event's id")
    command.add_argument("--all", action="store_true")
    command = add("drop", _drop, "take away the dead letters of one event")
    command.add_argument("event")
    command.add_argument("--reason", required=True)
    command = add("pause", _pause, "let a service leave a queue alone")
    command.add_argument("queue", help="such as feedback.evaluations")
    command.add_argument("--reason", required=True)
    command = add("resume", _resume, "end a pause")
    command.add_argument("queue")


def _remaking(add: Add) -> None:
    add("projections", lambda s, o: rebuilding.show(s), "what can be made again")
    command = add("rebuild", _rebuild, "make a projection again")
    command.add_argument("projection", help="such as supervision.figures")
    command.add_argument("--check", action="store_true", help="only compare")
    add("keys", lambda s, o: rotating.show(s), "which keys seal what")
    command = add("rotate", _rotate, "turn keys")
    command.add_argument("what", choices=("personal-data", "tokens"))
    command.add_argument("--at-most", type=int, default=MANY, help="documents in this run")
    command.add_argument("--leaked", action="store_true", help="tokens: unpublish the old at once")


def _keeping(add: Add) -> None:
    command = add("backup", lambda s, o: backing.backup(s, o.folder, system_time), "back up")
    command.add_argument("folder", type=Path)
    command = add("restore", _restore, "restore a backup into empty databases")
    command.add_argument("folder", type=Path)
    command = add("republish", _republish, "publish again what a broker has lost")
    command.add_argument("--since", help="2h, or a time with offset; default: all that is kept")
    command.add_argument("--from", dest="folder", type=Path, help="with a backup's dead letters")


def _command(
    group: argparse._SubParsersAction[argparse.ArgumentParser], name: str, run: Run, help_: str
) -> argparse.ArgumentParser:
    made = group.add_parser(name, help=help_, description=help_)
    made.set_defaults(run=run)
    return made


def _dead_letters(setting: Setting, options: Options) -> Told:
    return letters.dropped(setting) if options.dropped else letters.show(setting, options.which)


def _replay(setting: Setting, options: Options) -> Told:
    if bool(options.which) == options.all:
        raise Failure("replay: a queue, an event's id, or --all", AWAY)
    return letters.replay_all(setting, options.which)


def _drop(setting: Setting, options: Options) -> Told:
    said = {"why": options.reason, "by": options.by}
    return letters.drop(setting, options.event, **said, now=system_time())


def _pause(setting: Setting, options: Options) -> Told:
    said = {"why": options.reason, "by": options.by}
    return pausing.pause_queue(setting, options.queue, **said, now=system_time())


def _resume(setting: Setting, options: Options) -> Told:
    return pausing.resume_queue(setting, options.queue, system_time())


def _rebuild(setting: Setting, options: Options) -> Told:
    return rebuilding.rebuild(setting, options.projection, system_time(), check=options.check)


def _rotate(setting: Setting, options: Options) -> Told:
    if options.what == "tokens":
        return rotating.turn_tokens(setting, leaked=options.leaked)
    return rotating.reseal(setting, options.at_most)


def _restore(setting: Setting, options: Options) -> Told:
    """On the machine's own platform while it does not run, where no database is named."""
    if setting.mongo:
        return restoring.restore(setting, options.folder)
    with database_alone(FOLDER) as uri:
        return restoring.restore(Setting(setting.services, None, uri), options.folder)


def _republish(setting: Setting, options: Options) -> Told:
    try:
        since = republishing.moment(options.since, system_time()) if options.since else None
    except ValueError as error:
        raise Failure(f"--since {options.since}: {error}", AWAY) from None
    return republishing.republish(setting, since, options.folder)
