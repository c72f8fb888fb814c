"""SecantusDB under a watch.

Where it does not answer even `hello` for `PATIENCE` seconds, it writes what each of its threads is
doing and ends, and the engine starts it anew: it has hung so once, right after its start, for
minutes. The watch is C's (`faulthandler`), so nothing that hangs in Python can hold it up.
"""

import faulthandler
import logging
import sys
import threading
import time

import pymongo
from pymongo.errors import PyMongoError
from secantus.cli import main

PATIENCE, PAUSE = 40, 5
ADDRESS = "mongodb://mongodb:27017/?directConnection=true"


def watch() -> None:
    client = pymongo.MongoClient(ADDRESS, serverSelectionTimeoutMS=10_000 * PATIENCE)
    while True:
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        try:
            client.admin.command("hello")
        except PyMongoError as error:
            logging.warning("the watch got no answer: %s", error)
        time.sleep(PAUSE)


threading.Thread(target=watch, daemon=True).start()
sys.exit(main())
