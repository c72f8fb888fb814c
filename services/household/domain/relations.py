"""Who is what to the head of a household, and who guards a minor (pure).

Sources: GB/T 4761-2008, codes for family relationship; Civil Code, Art. 27 (guardians of minors).
"""

from __future__ import annotations

from collections.abc import Mapping

from shared.text import Text

HEAD = "head"
RELATIONS: Mapping[str, tuple[str, Text]] = {
    HEAD: ("02", Text("户主", "Head of the household")),
    "spouse": ("10", Text("配偶", "Spouse")),
    "son": ("20", Text("子", "Son")),
    "son-in-law": ("28", Text("女婿", "Son-in-law")),
    "daughter": ("30", Text("女", "Daughter")),
    "daughter-in-law": ("38", Text("儿媳", "Daughter-in-law")),
    "grandchild": ("40", Text("孙子、孙女、外孙子、外孙女", "Grandchild")),
    "parent": ("50", Text("父母", "Parent")),
    "grandparent": ("60", Text("祖父母、外祖父母", "Grandparent")),
    "sibling": ("70", Text("兄、弟、姐、妹", "Sibling")),
    "relative": ("97", Text("其他亲属", "Other relative")),
    "other": ("99", Text("非亲属", "Not related")),
}
"""Relation to the head: its code of GB/T 4761, and what it is called."""

GUARDS: Mapping[str, Text] = {
    "parent": Text("父母", "Parent"),
    "grandparent": Text("祖父母、外祖父母", "Grandparent"),
    "sibling": Text("兄、姐", "Elder sibling"),
    "other": Text("其他个人或者组织", "Another person or organisation"),
}
"""What a guardian is to the minor, in the order of Civil Code, Art. 27."""

LEAVING: Mapping[str, Text] = {
    "moved": Text("迁出", "Moved away"),
    "deceased": Text("死亡", "Deceased"),
    "mistaken": Text("登记错误", "Entered by mistake"),
}
"""Why somebody is no member any more (Regulation on Household Registration, Art. 8, 10, 17)."""
