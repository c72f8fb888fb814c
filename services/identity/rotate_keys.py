"""Hands over to the next signing key now: ``python -m services.identity.rotate_keys [--leaked]``.

Nothing fails meanwhile: the next key is published already, and the old one stays published until
its last token has expired. With ``--leaked`` it is unpublished at once: everybody signed in by it
refreshes, within the five minutes that services keep the published keys.
"""

from __future__ import annotations

import argparse
from typing import Any

from services.identity.commands import prepared
from services.identity.usecases import keys


def hand_over(*, leaked: bool) -> list[dict[str, Any]]:
    """Hand over; the ring, without anything secret."""
    store, tools, now = prepared()
    ring = keys.replace_current(store, tools, now, leaked=leaked)
    return [{name: key[name] for name in ("kid", "state", "published_until")} for key in ring]


def main() -> None:
    """Hand over and print the ring."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaked", action="store_true", help="the current key is compromised")
    for key in hand_over(leaked=parser.parse_args().leaked):
        print(f"{key['state']:8} {key['kid']} published until {key['published_until'] or '-'}")


if __name__ == "__main__":
    main()
