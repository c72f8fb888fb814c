"""Who calls, and who may: the declarations of every entrypoint.

Guarantees: nothing is allowed that is not declared; a `Who` is a value that documents itself.
Does not: verify tokens (see `shared.tokens`) or decide which records a caller may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from shared.errors import Forbidden, Unauthenticated
from shared.text import Text

POWERS = ("accept", "review", "approve", "supervise", "administer")
"""What an official may be empowered to do."""

SCOPES = ("exchange.consume", "exchange.provide")
"""What a system may be given access to (RFC 6749, section 3.3): ``<service>.<what>``."""


@dataclass(frozen=True, slots=True)
class LegalPerson:
    """A legal person (unified social credit code) the caller may act for, and in what."""

    code: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is signed in, as the access token says.

    kind: "person", "official" or "service" (a system; subject: its client_id).
    powers: of an official. scopes: of a system.
    """

    subject: str
    kind: str
    name: str
    division: str | None = None
    department: str | None = None
    powers: frozenset[str] = frozenset()
    legal_persons: tuple[LegalPerson, ...] = ()
    token_id: str = ""
    scopes: frozenset[str] = frozenset()

    def acts_for(self, code: str, scope: str = "apply") -> bool:
        """Whether the caller may act for the legal person `code` within `scope`."""
        return any(p.code == code and p.scopes & {scope, "all"} for p in self.legal_persons)


@dataclass(frozen=True, slots=True)
class Who:
    """Who may call: the kinds of account, and the powers or scopes of which one is enough."""

    kinds: frozenset[str]
    powers: frozenset[str] = frozenset()
    public: bool = False
    scopes: frozenset[str] = frozenset()


PUBLIC = Who(frozenset(), public=True)
PERSON = Who(frozenset({"person"}))
OFFICIAL = Who(frozenset({"official"}))
SIGNED_IN = Who(frozenset({"person", "official"}))


def official(*powers: str) -> Who:
    """Officials who hold one of `powers`."""
    unknown = set(powers) - set(POWERS)
    if unknown:
        raise ValueError(f"unknown powers: {sorted(unknown)}")
    return Who(frozenset({"official"}), frozenset(powers))


def service(*scopes: str) -> Who:
    """Systems whose token has one of `scopes`; at least one is declared."""
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ValueError(f"unknown scopes: {sorted(unknown)}" if unknown else "no scope is named")
    return Who(frozenset({"service"}), scopes=frozenset(scopes))


def authorise(who: Who, caller: Caller | None) -> None:
    """Raise `Unauthenticated` or `Forbidden` unless `caller` is among `who`."""
    if who.public:
        return
    if caller is None:
        raise Unauthenticated()
    if caller.kind not in who.kinds:
        raise Forbidden(Text("该账户类型无权办理", "This kind of account may not do this"))
    if who.powers and not who.powers & caller.powers:
        needed = ", ".join(sorted(who.powers))
        raise Forbidden(Text(f"需要权限：{needed}", f"One of these powers is needed: {needed}"))
    if who.scopes and not who.scopes & caller.scopes:
        needed = ", ".join(sorted(who.scopes))
        detail = Text(f"访问令牌缺少范围：{needed}", f"One of these scopes is needed: {needed}")
        raise Forbidden(detail, type="insufficient-scope")


def caller_of(claims: dict[str, object]) -> Caller:
    """The `Caller` that the claims of a verified access token describe."""
    return Caller(
        subject=str(claims["sub"]),
        kind=str(claims.get("kind", "person")),
        name=str(claims.get("name", "")),
        division=_text(claims.get("division")),
        department=_text(claims.get("department")),
        powers=frozenset(_strings(claims.get("powers"))),
        legal_persons=tuple(_legal_persons(claims.get("legal_persons"))),
        token_id=str(claims.get("jti", "")),
        scopes=_scopes(claims.get("scope")),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _strings(value: object) -> Iterable[str]:
    return (str(v) for v in value) if isinstance(value, list) else ()


def _scopes(value: object) -> frozenset[str]:
    """The `scope` claim (RFC 9068, 2.2.3): names with spaces between them."""
    return frozenset(value.split()) if isinstance(value, str) else frozenset()


def _legal_persons(value: object) -> Iterable[LegalPerson]:
    entries = value if isinstance(value, list) else []
    return (LegalPerson(str(e["code"]), frozenset(_strings(e.get("scopes")))) for e in entries)


def still_in_force(until: date | None, today: date) -> bool:
    """Whether something that ends with the day `until` (None: never) is in force on `today`."""
    return until is None or today <= until
