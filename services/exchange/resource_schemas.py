"""What the catalogue of resources takes and gives."""

from __future__ import annotations

from services.exchange.domain.declarations import Declared, DeclaredField, DeclaredSubject, slug
from services.exchange.domain.members import MEMBER
from services.exchange.domain.resources import STATES
from shared.exchange.resource import CYCLES, OPENNESS, SHARING
from shared.schema import BilingualText, Day, Integer, Paged, Schema, String, fields, validate


class ResourcesQuery(Paged):
    """A search; `q`: words of names, descriptions and fields, in Chinese or English."""

    q = String(longest=100)
    provider = String(longest=80, validate=validate.Regexp(rf"^{MEMBER.pattern}$(?!\n)"))
    sharing = fields.String(validate=validate.OneOf(SHARING))
    openness = fields.String(validate=validate.OneOf(OPENNESS))
    update_cycle = fields.String(validate=validate.OneOf(CYCLES))
    item = slug()


class Declaration(Declared):
    """A resource of an existing system; its code and version stand in the address."""

    class Meta(Declared.Meta):
        exclude = ("code", "version")


class VersionReason(Schema):
    reason = String(required=True, longest=500)


class ResourceSummary(Schema):
    code = fields.String(required=True)
    name = BilingualText(required=True)
    description = BilingualText(required=True)
    provider = fields.String(required=True)
    subsystem = fields.String(required=True)
    newest = Integer(required=True)
    sharing = fields.String(required=True, validate=validate.OneOf(SHARING))
    openness = fields.String(required=True, validate=validate.OneOf(OPENNESS))
    update_cycle = fields.String(required=True, validate=validate.OneOf(CYCLES))
    items = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))


class ResourceVersion(Schema):
    """until: the day from which it is provided no more."""

    version = Integer(required=True)
    fields_ = fields.List(fields.Nested(DeclaredField), required=True, data_key="fields")
    key = fields.List(fields.String(), required=True)
    subject = fields.Nested(DeclaredSubject, required=True, allow_none=True)
    schema = fields.Dict(keys=fields.String(), required=True)
    since = Day(required=True)
    until = Day(required=True, allow_none=True)


class ResourceChange(Schema):
    at = fields.String(required=True, metadata={"format": "date-time"})
    action = fields.String(required=True)
    version = Integer(required=True)
    reason = fields.String(allow_none=True)


class ResourceDetail(ResourceSummary):
    """A resource with the fields of its newest version, and every version."""

    fields_ = fields.List(fields.Nested(DeclaredField), required=True, data_key="fields")
    key = fields.List(fields.String(), required=True)
    subject = fields.Nested(DeclaredSubject, required=True, allow_none=True)
    schema = fields.Dict(keys=fields.String(), required=True)
    sharing_basis = BilingualText(required=True, allow_none=True)
    example = fields.Dict(keys=fields.String(), required=True)
    versions = fields.List(fields.Nested(ResourceVersion), required=True)
    history = fields.List(fields.Nested(ResourceChange), required=True)


class Finding(Schema):
    pointer = fields.String(required=True)
    rule = fields.String(required=True)
    detail = BilingualText(required=True)


class HeardDeclaration(Schema):
    """What was declared last, and what is wrong with it; with findings it is not listed."""

    code = fields.String(required=True)
    version = Integer(required=True)
    at = fields.String(required=True, metadata={"format": "date-time"})
    findings = fields.List(fields.Nested(Finding), required=True)


class ResourceHeard(Schema):
    """Of a resource's change nothing is read but which resource it is."""
