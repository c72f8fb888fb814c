"""``python -m shared.ops [--json] COMMAND ...``; ``--help`` lists the commands."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Sequence

from shared.local.failure import Failure
from shared.ops import commands
from shared.ops.setting import reached, settled


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0; 1 where something was left or differs; 2 where something is away."""
    options = commands.parser(_user()).parse_args(arguments)
    try:
        setting = settled(options.service, options.amqp_uri, options.mongo_uri, options.settings)
        with reached():
            told = options.run(setting, options)
    except Failure as failure:
        print(failure, file=sys.stderr)
        return failure.exit_code
    print(told.json() if options.json else told.text())
    return int(told.exit_code)


def _user() -> str:
    """Who does it; in a container, an id without a name."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
