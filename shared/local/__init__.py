"""The local platform: private RabbitMQ, MongoDB, gateway and services, for `make run` and tests.

Guaranteed: it uses nothing of the machine but programs and free ports, keeps everything in one
data folder, and leaves no process behind. Not meant for production: one node of each, no TLS.
"""

from shared.local.failure import Failure
from shared.local.platform import Platform

__all__ = ["Failure", "Platform"]
