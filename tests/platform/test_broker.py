"""What a service's user of the broker may do, and what survives."""

from __future__ import annotations

import pytest
from amqp.exceptions import AccessRefused
from kombu import Connection, Exchange, Producer, Queue

from tests.journeys.people import eventually

EVENTS = Exchange("events", type="topic", durable=True)
QUORUM = {"x-queue-type": "quorum"}


@pytest.fixture
def alpha(platform):
    """A channel of the service `alpha`, with its exchange and a queue of its own."""
    with Connection(platform.environment("alpha")["AMQP_URI"]) as connection:
        channel = connection.channel()
        EVENTS(channel).declare()
        own_queue("alpha")(channel).declare()
        yield channel


def own_queue(service: str) -> Queue:
    return Queue(
        f"{service}.heard",
        EVENTS,
        routing_key="alpha.#",
        durable=True,
        queue_arguments=QUORUM,
    )


def test_own_name(alpha):
    """A service publishes in its own name and hears it in its own queue."""
    Producer(alpha).publish({}, exchange="events", routing_key="alpha.case.closed.v1")
    Exchange("nameko-rpc", type="topic", durable=True)(alpha).declare()
    for name in ("rpc-alpha", "rpc.reply-alpha-1", "alpha.heard.retry.1", "alpha.dead"):
        Queue(name, durable=True, queue_arguments=QUORUM)(alpha).declare()


def test_other_name(alpha):
    """It cannot publish in another service's name."""
    with pytest.raises(AccessRefused):
        producer = Producer(alpha)
        producer.publish({}, exchange="events", routing_key="beta.case.closed.v1")
        alpha.queue_declare("alpha.heard", passive=True)


@pytest.mark.parametrize("queue", ["beta.heard", "rpc-beta", "rpc.reply-beta-1", "anything"])
def test_other_queue(alpha, queue):
    """It cannot make or read another service's queues."""
    with pytest.raises(AccessRefused):
        alpha.queue_declare(queue)


def test_wrong_password(platform):
    """The known default user of a new node does not exist."""
    uri = platform.amqp_uri.split("@")[1]
    with pytest.raises(AccessRefused):
        Connection(f"amqp://guest:guest@{uri}").connect()


def test_killed(platform, alpha):
    """A broker that was killed comes back with what it had confirmed."""
    queue = own_queue("alpha")(alpha)
    queue.purge()
    Producer(alpha.connection.channel()).publish(
        {"number": 7}, exchange="events", routing_key="alpha.x.y.v1", delivery_mode=2
    )
    eventually(
        lambda: alpha.queue_declare("alpha.heard", passive=True).message_count, "the message"
    )
    platform.kill("broker")
    platform.check()
    platform.start_part("broker")
    with Connection(platform.environment("alpha")["AMQP_URI"]) as connection:
        queue = own_queue("alpha")(connection.channel())
        message = eventually(lambda: queue.get(accept=["json"]), "what it had confirmed")
        assert message.payload == {"number": 7}
        message.ack()
