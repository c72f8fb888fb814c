"""The events by which services join the exchange, and those by which they learn their grants."""

from __future__ import annotations

from shared.published import Published
from shared.schema import BilingualText, Day, Integer, Schema, fields


class JwkFields(Schema):
    """A public Ed25519 key (RFC 8037), named by its thumbprint."""

    kty = fields.String(required=True)
    crv = fields.String(required=True)
    x = fields.String(required=True)
    kid = fields.String(required=True)


class EndorsementFields(Schema):
    """The former key's word for the new one: its kid, and its signature (context
    exchange-key-v1) over {"member", "subsystem", "jwk"}."""

    kid = fields.String(required=True)
    signature = fields.String(required=True)


class NodeFields(Schema):
    """A member's connection. member: ``<class>/<code>``; subsystem: the announcing service."""

    member = fields.String(required=True)
    subsystem = fields.String(required=True)
    jwk = fields.Nested(JwkFields, required=True)
    endorsement = fields.Nested(EndorsementFields, required=True, allow_none=True)


class FieldFields(Schema):
    name = fields.String(required=True)
    type = fields.String(required=True)
    title = BilingualText(required=True)


class SubjectFields(Schema):
    kind = fields.String(required=True)
    field = fields.String(required=True)
    also = fields.List(fields.String(), required=True)


class ResourceFields(Schema):
    """One version of a resource: `shared.exchange.resource.Resource.declaration`, its provider's
    node (`member`) and `subsystem`. The event's subject is ``<code>/<version>``."""

    member = fields.String(required=True)
    subsystem = fields.String(required=True)
    code = fields.String(required=True)
    version = Integer(required=True)
    name = BilingualText(required=True)
    description = BilingualText(required=True)
    fields_ = fields.List(fields.Nested(FieldFields), required=True, data_key="fields")
    key = fields.List(fields.String(), required=True)
    subject = fields.Nested(SubjectFields, required=True, allow_none=True)
    schema = fields.Dict(keys=fields.String(), required=True)
    sharing = fields.String(required=True)
    sharing_basis = BilingualText(required=True, allow_none=True)
    openness = fields.String(required=True)
    update_cycle = fields.String(required=True)
    items = fields.List(fields.String(), required=True)
    example = fields.Dict(keys=fields.String(), required=True)


class RecordChange(Schema):
    """key: keyed hash of the record's key (`shared.exchange.changes`). fields: that differ now."""

    key = fields.String(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")


class RecordsChanged(Schema):
    """Records of a resource have changed; the event's time is when."""

    resource = fields.String(required=True)
    changes = fields.List(fields.Nested(RecordChange), required=True)


class NoticeFields(Schema):
    """A consumer is told that records it follows have changed: read on up to `number`, that of the
    newest change. The event's subject is the subscription, its sequence the number."""

    subscription = fields.String(required=True)
    consumer = fields.String(required=True)
    resource = fields.String(required=True)
    number = Integer(required=True)


class EndFields(Schema):
    """A subscription has ended without its consumer's asking: nothing is told under it any more.
    reason: the type of the refusal that ended it. The event's subject is the subscription."""

    subscription = fields.String(required=True)
    consumer = fields.String(required=True)
    resource = fields.String(required=True)
    reason = fields.String(required=True)


class GrantFields(Schema):
    """What a consumer reads of a grant. items: empty where the purpose serves none."""

    consumer = fields.String(required=True)
    resource = fields.String(required=True)
    fields_ = fields.List(fields.String(), required=True, data_key="fields")
    kinds = fields.List(fields.String(), required=True)
    purposes = fields.List(fields.String(), required=True)
    items = fields.List(fields.String(), required=True)
    from_day = Day(required=True)
    until_day = Day(required=True)


def node_events(service: str) -> dict[str, Published]:
    """What `service` publishes because it takes part in the exchange."""
    return {f"{service}.node.announced.v1": Published(NodeFields)}


def provider_events(service: str) -> dict[str, Published]:
    """What `service` publishes because it provides resources."""
    return {**node_events(service), f"{service}.resource.announced.v1": Published(ResourceFields)}


def change_events(service: str) -> dict[str, Published]:
    """What `service` publishes where it tells of changed records."""
    return {f"{service}.record.changed.v1": Published(RecordsChanged)}
