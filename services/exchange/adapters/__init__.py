"""How the exchange asks the systems that provide: one module a wire, one interface for all.

    ask(node, order, signature, timeout, headers) -> answer

node: the provider's document. order: what is asked (`shared.exchange.messages`); signature: the
exchange's, over it. timeout: seconds for everything, repeats included. headers: what of the use
goes along for the provider's own records (``X-Road-Client`` ...); a wire without headers drops
them. answer: as the provider gave it, with its ``signature``; nothing of it is believed yet.
Raises `Unavailable` (type "provider-unavailable") where no answer came, `Invalid` where the
provider does not accept the key or a claim, `Unexpected` (type "provider-invalid") where what came
is no answer.
"""

from __future__ import annotations

from shared.errors import Unavailable, Unexpected
from shared.text import Text


def unavailable(retry_after: int = 2) -> Unavailable:
    """The provider cannot be asked now."""
    detail = Text("数据提供方暂时无法应答", "The provider does not answer at the moment")
    return Unavailable(detail, type="provider-unavailable", retry_after=retry_after)


def invalid(fault: Text) -> Unexpected:
    """What the provider sent is no answer; `fault` says why, without its content."""
    detail = Text(
        f"数据提供方的应答无效：{fault.zh}", f"The provider's answer is not valid: {fault}"
    )
    return Unexpected(detail, type="provider-invalid")
