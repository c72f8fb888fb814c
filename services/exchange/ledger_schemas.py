"""What citizens read of the readings of their data, and say about them."""

from __future__ import annotations

from shared.schema import BilingualText, Integer, Schema, String, fields


class Named(Schema):
    """A node or a resource by its id, and its name."""

    id = String(required=True)
    name = BilingualText(required=True)


class ConsumerNode(Named):
    """Who read: the authority, and its system."""

    system = String(required=True)


class NamedResource(Schema):
    """What was read from."""

    code = String(required=True)
    name = BilingualText(required=True)


class NamedField(Schema):
    """What was read."""

    name = String(required=True)
    title = BilingualText(required=True)


class About(Schema):
    """Whom it is about; name: of the person, or the code of the legal person."""

    relation = String(required=True)
    name = String(required=True)


class GrantNamed(Schema):
    """On what ground."""

    id = String(required=True, allow_none=True)
    number = String(required=True, allow_none=True)


class Reading(Schema):
    """A reading of one's data, or the attempt; index and leaf: its place in the evidence."""

    index = Integer(required=True)
    leaf = String(required=True)
    id = String(required=True)
    at = String(required=True)
    about = fields.List(fields.Nested(About), required=True)
    consumer = fields.Nested(ConsumerNode, required=True)
    provider = fields.Nested(Named, required=True, allow_none=True)
    kind = String(required=True)
    resource = fields.Nested(NamedResource, required=True, allow_none=True)
    fields_ = fields.List(fields.Nested(NamedField), required=True, data_key="fields")
    purpose = String(required=True, allow_none=True)
    item = String(required=True, allow_none=True)
    case = String(required=True, allow_none=True)
    grant = fields.Nested(GrantNamed, required=True)
    outcome = String(required=True)
    complaint = String(required=True)
    evidence = String(required=True)


class ComplaintBody(Schema):
    """What is wrong with the reading."""

    description = String(required=True, longest=4000)


class Complaint(Schema):
    """The complaint that was opened; href: where it stands in feedback."""

    request = String(required=True)
    href = String(required=True)
