"""What the directory of nodes takes and gives."""

from __future__ import annotations

from services.exchange.domain.members import CLASSES, LEVEL_OF
from services.exchange.domain.nodes import ADAPTERS, MOVES, STATES
from shared.exchange.events import JwkFields
from shared.schema import BilingualText, Day, Integer, Paged, Schema, String, fields, validate

SLUG = validate.Regexp(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
SUBSYSTEM = validate.Regexp(r"[A-Za-z0-9_.~-]+\Z")
KID = {"required": True, "longest": 86}


def moment(**given: bool) -> fields.String:
    return fields.String(metadata={"format": "date-time"}, **given)


class Jwk(Schema):
    """A public Ed25519 key (RFC 8037); `kid` is its thumbprint (RFC 7638)."""

    kty = fields.String(required=True, validate=validate.Equal("OKP"))
    crv = fields.String(required=True, validate=validate.Equal("Ed25519"))
    x = String(required=True, longest=43, shortest=43)
    kid = String(required=True, longest=43, shortest=43)


class NodesQuery(Paged):
    member_class = fields.String(data_key="class", validate=validate.OneOf(CLASSES))
    state = fields.String(validate=validate.OneOf(STATES))


class DayQuery(Schema):
    """`on`: at the end of which day; today if none is named."""

    on = Day()


class Contact(Schema):
    """Who answers for the node: an office, not a person."""

    office = String(required=True, longest=100)
    phone = String(required=True, longest=30)


class Tls(Schema):
    """By the names under which they are installed at the exchange: the certificate that it shows,
    the authority that it believes; null: none, the usual ones."""

    certificate = String(longest=60, validate=SLUG, load_default=None, allow_none=True)
    authority = String(longest=60, validate=SLUG, load_default=None, allow_none=True)


class SystemKey(Schema):
    subsystem = String(required=True, longest=64, validate=SUBSYSTEM)
    jwk = fields.Nested(Jwk, required=True)


class Connection(Schema):
    """How a node is reached. service: of AMQP. url: the base address of HTTP. key: of its system;
    it takes the place of that system's former one."""

    adapter = fields.String(required=True, validate=validate.OneOf(ADAPTERS))
    service = String(longest=64, validate=SLUG)
    url = String(longest=400)
    tls = fields.Nested(Tls, allow_none=True)
    contact = fields.Nested(Contact, required=True)
    key = fields.Nested(SystemKey)


class MoveBody(Schema):
    reason = String(longest=500)


class ReasonBody(Schema):
    reason = String(required=True, longest=500)


class Endorsement(Schema):
    kid = String(**KID)
    signature = String(required=True, longest=120)


class NewKey(Schema):
    """`endorsement`: the former key's signature (context exchange-key-v1) over {"member",
    "subsystem", "jwk"}."""

    jwk = fields.Nested(Jwk, required=True)
    endorsement = fields.Nested(Endorsement, required=True)


class Figures(Schema):
    """Of the last 24 hours with traffic."""

    calls = Integer(required=True)
    failed = Integer(required=True)
    failure_rate = fields.Float(required=True, allow_none=True)
    mean_ms = Integer(required=True, allow_none=True)
    slowest_ms = Integer(required=True, allow_none=True)


class NodeSummary(Schema):
    id = fields.String(required=True)
    member_class = fields.String(required=True, data_key="class")
    code = fields.String(required=True)
    name = BilingualText(required=True)
    level = fields.String(required=True, validate=validate.OneOf(list(LEVEL_OF.values())))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    planned_on = Day(required=True)
    connected_on = Day(required=True, allow_none=True)
    adapter = fields.String(required=True, allow_none=True)
    heartbeat_at = moment(required=True, allow_none=True)
    figures = fields.Nested(Figures, required=True)


class NodeMove(Schema):
    at = moment(required=True)
    on = Day(required=True)
    action = fields.String(required=True, validate=validate.OneOf(list(MOVES)))
    name = BilingualText(required=True)
    reason = fields.String(required=True, allow_none=True)


class NodeKey(Schema):
    kid = fields.String(required=True)
    subsystem = fields.String(required=True)
    jwk = fields.Nested(JwkFields, required=True)
    since = moment(required=True)
    until = moment(required=True, allow_none=True)


class WaitingKey(Schema):
    kid = fields.String(required=True)
    subsystem = fields.String(required=True)
    jwk = fields.Nested(JwkFields, required=True)
    at = moment(required=True)


class NodeDetail(NodeSummary):
    phase = fields.String(required=True)
    since = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    history = fields.List(fields.Nested(NodeMove), required=True)
    keys = fields.List(fields.Nested(NodeKey), required=True)
    waiting = fields.List(fields.Nested(WaitingKey), required=True)
    contact = fields.Nested(Contact, required=True, allow_none=True)
    failed_at = moment(required=True, allow_none=True)
    legal_moves = fields.List(fields.String(), required=True)
    version = Integer(required=True, minimum=1)


class LevelCoverage(Schema):
    """planned: due by then. The others: how many were in that state."""

    level = fields.String(required=True)
    total = Integer(required=True)
    planned = Integer(required=True)
    testing = Integer(required=True)
    connected = Integer(required=True)
    suspended = Integer(required=True)


class DayCoverage(Schema):
    on = Day(required=True)
    levels = fields.List(fields.Nested(LevelCoverage), required=True)


class PhaseProgress(Schema):
    """in_time: connected at the end of its last day. late: due, and not connected."""

    code = fields.String(required=True)
    by = Day(required=True)
    name = BilingualText(required=True)
    members = Integer(required=True)
    in_time = Integer(required=True)
    connected = Integer(required=True)
    late = Integer(required=True)
