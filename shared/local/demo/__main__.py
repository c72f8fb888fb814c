"""`python -m shared.local.demo [--base-url http://localhost:8000]`"""

import argparse
import io
import sys

from shared.local.demo.affair import STEPS, Affair
from shared.local.demo.talk import Talk
from shared.local.failure import Failure


def main(arguments: list[str]) -> int:
    """Plays the affair; the exit code: 0, or 1 where something was not as it should be."""
    parser = argparse.ArgumentParser(prog="python -m shared.local.demo", description=__doc__)
    parser.add_argument("--base-url", default="http://localhost:8000", help="default %(default)s")
    base_url = parser.parse_args(arguments).base_url.rstrip("/")
    affair = Affair(Talk(base_url, print))
    try:
        for step in STEPS:
            step(affair)
    except Failure as failure:
        print(f"\n{failure}", file=sys.stderr)
        return failure.exit_code
    print("\nThe affair is complete: licence verified, enterprise on the register.")
    return 0


if __name__ == "__main__":
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", line_buffering=True)
    sys.exit(main(sys.argv[1:]))
