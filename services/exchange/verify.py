"""Checks the evidence of the exchange without trusting it: ``python -m services.exchange.verify``.

    log      heads, tiles and records at an exchange, against each other, the keys of those who
             signed, and a copy in a folder of one's own, which grows with each check
    receipt  the answer of /exchange/evidence/records/<request>, kept in a file, on its own

Ends with 0 where all is in order; 1 where it is not, and names the first record that was removed,
changed, inserted or moved; 2 where it could not be checked.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

import orjson

from services.exchange.domain.checkpoint import parsed_key
from services.exchange.verifying.checking import Check, Report, trusted
from services.exchange.verifying.copy import Copy
from services.exchange.verifying.proving import EVIDENCE, Doubt, Trust
from services.exchange.verifying.receipt import check_receipt
from services.exchange.verifying.source import Http, Source, Unreachable

IN_ORDER, FAULTY, UNCHECKED = 0, 1, 2
PASSWORD, TOKEN = "EVIDENCE_PASSWORD", "EVIDENCE_TOKEN"


def main(arguments: list[str] | None = None, source: Source | None = None) -> int:
    """What the command line asks for; source: instead of the service at --url."""
    given = _parser().parse_args(arguments)
    try:
        return int(given.work(given, source))
    except Doubt as doubt:
        print(f"FAULT: {doubt}")
        return FAULTY
    except Unreachable as error:
        print(f"not checked: {error}", file=sys.stderr)
        return UNCHECKED


def _log(given: argparse.Namespace, source: Source | None) -> int:
    source = source or _signed_in(given)
    copy = Copy(given.copy)
    trust = trusted(source, copy, _trust(given.key) if given.key else None)
    path = f"{EVIDENCE}/{'system/' if given.system else ''}records"
    return _told(Check(source, copy, trust, path, given.node, new=given.new).run())


def _told(report: Report) -> int:
    print("\n".join(report.said))
    for doubt in report.doubts:
        print(f"FAULT: {doubt}")
    if report.fault:
        print(f"FAULT: {report.fault}")
    print("in order" if report.sound else "NOT in order")
    return IN_ORDER if report.sound else FAULTY


def _receipt(given: argparse.Namespace, source: Source | None) -> int:
    kept: Any = orjson.loads(given.file.read_bytes())
    for line in check_receipt(kept, _trust(given.key)):
        print(line)
    return IN_ORDER


def _signed_in(given: argparse.Namespace) -> Http:
    http = Http(given.url, os.environ.get(TOKEN))
    if given.login:
        http.sign_in(given.login, os.environ.get(PASSWORD, ""))
    return http


def _trust(text: str) -> Trust:
    try:
        origin, key = parsed_key(text)
    except ValueError as error:
        raise Unreachable(f"--key: {error}") from None
    return Trust(origin, [key])


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    commands = parser.add_subparsers(required=True)
    log = commands.add_parser("log", help="check the log at an exchange")
    log.add_argument("--url", default="http://localhost:8000", help="base address of the platform")
    log.add_argument("--copy", type=Path, required=True, help="folder of the copy")
    new = "only what has come since the copy was complete; what is before that, by the tree"
    log.add_argument("--new", action="store_true", help=new)
    whose = log.add_mutually_exclusive_group(required=True)
    whose.add_argument("--node", help="the records of one node, such as GOV/education")
    whose.add_argument("--all", action="store_true", help="everybody's; only who supervises may")
    log.add_argument("--key", help="of the log, as /exchange/evidence/keys tells it (`verifier`)")
    log.add_argument("--login", help=f"of an official; the password is read from {PASSWORD}")
    log.add_argument("--system", action="store_true", help=f"{TOKEN} is a system's token")
    log.set_defaults(work=_log)
    receipt = commands.add_parser("receipt", help="check a receipt in a file")
    receipt.add_argument("file", type=Path)
    receipt.add_argument("--key", required=True, help="of the log (`verifier`)")
    receipt.set_defaults(work=_receipt)
    return parser


if __name__ == "__main__":
    sys.exit(main())
