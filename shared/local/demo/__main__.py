"""`python -m shared.local.demo [--base-url http://localhost:8000] [founding ...]`"""

import argparse
import io
import sys
from collections.abc import Callable, Mapping

from shared.local.demo import appointment, enrolment, evaluation, founding, lamp
from shared.local.demo.talk import Talk
from shared.local.failure import Failure

PLAYS: Mapping[str, Callable[[Talk], None]] = {
    "founding": founding.play,
    "enrolment": enrolment.play,
    "appointment": appointment.play,
    "evaluation": evaluation.play,
    "lamp": lamp.play,
}


def main(arguments: list[str]) -> int:
    """Plays the affairs; the exit code: 0, or 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m shared.local.demo", description=__doc__)
    parser.add_argument("--base-url", default="http://localhost:8000", help="default %(default)s")
    parser.add_argument("plays", nargs="*", metavar="play", help=f"of {', '.join(PLAYS)}; or all")
    options = parser.parse_args(arguments)
    unknown = set(options.plays) - PLAYS.keys()
    if unknown:
        parser.error(f"no such play: {', '.join(sorted(unknown))}")
    talk = Talk(options.base_url.rstrip("/"), print)
    try:
        for name in options.plays or PLAYS:
            PLAYS[name](talk)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
    sys.exit(main(sys.argv[1:]))
