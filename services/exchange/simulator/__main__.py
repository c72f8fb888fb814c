"""``python -m services.exchange.simulator``: see the package."""

from __future__ import annotations

import argparse
import logging
import signal
import threading

from services.exchange.simulator.answering import ExchangeKeys
from services.exchange.simulator.behaving import Behaviour, Behaviours
from services.exchange.simulator.changing import Changes
from services.exchange.simulator.server import HOST, Server

KEYS = "/exchange/.well-known/jwks.json"


def main() -> None:
    """Answer orders until SIGTERM or SIGINT."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    usual = Behaviour(options.latency, options.failures, options.hangs)
    keys = ExchangeKeys(options.gateway.rstrip("/") + KEYS)
    behaviours, changes = Behaviours(usual, options.seed), Changes(options.gateway)
    with Server(options.port, keys, behaviours, changes, options.host) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: threading.Thread(target=server.shutdown).start())
        logging.info("listening at %s", server.url)
        server.serve_forever(poll_interval=0.1)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.exchange.simulator")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--host", default=HOST, help="address to listen at")
    parser.add_argument("--gateway", required=True, help="address of the platform, for its keys")
    parser.add_argument("--latency", type=float, default=0, help="mean milliseconds of an answer")
    parser.add_argument("--failures", type=float, default=0, help="share that gets a 503")
    parser.add_argument("--hangs", type=float, default=0, help="share that gets no answer")
    parser.add_argument("--seed", type=int, default=2018, help="of chance")
    return parser


if __name__ == "__main__":
    main()
