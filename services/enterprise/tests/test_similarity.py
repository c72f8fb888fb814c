"""Identical and confusingly similar names, found by keys."""

from hypothesis import given
from hypothesis import strategies as st

from services.enterprise.domain import similarity
from services.enterprise.domain.hanzi import normalised, reading, standard
from services.enterprise.domain.industries import class_of

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x4E40), min_size=2, max_size=5)


def met(wanted, existing, division="430104", other="430105", industry="酒业", kept="酒业"):
    """Whether the keys of a wanted and an existing name meet."""
    return bool(
        set(similarity.wanted_keys(division, wanted, industry))
        & set(similarity.keys(other, existing, kept))
    )


def test_identical():
    """The same trade name meets itself, whatever its script or width."""
    assert met("红光", "紅光") and met("红光", "红光")
    assert similarity.likeness("红光", "紅光") == "x"


def test_alike():
    """Same reading, other order, and one character more or less are similar."""
    assert met("鸿光", "红光") and similarity.likeness("鸿光", "红光") == "p"
    assert met("光红湘", "红光湘") and similarity.likeness("光红湘", "红光湘") == "o"
    assert met("红光湘", "红光湘水") and met("红光湘水", "红光湘")
    assert similarity.likeness("红光湘", "红光湘水") == "d"


def test_unlike():
    """A replaced character, two turned ones, or one added to two do not confuse."""
    pairs = [("红星", "红光"), ("光红", "红光"), ("新红光", "红光"), ("红光湘水", "红光湘江")]
    for wanted, existing in pairs:
        assert not met(wanted, existing)
        assert similarity.likeness(wanted, existing) is None


def test_within():
    """Only the same city and the same industry are compared; wordings of one industry are one."""
    assert not met("红光", "红光", other="430200")
    assert not met("红光", "红光", kept="餐饮")
    assert met("万青", "万青", industry="地产", kept="置业")
    assert met("红光", "红光", industry="酒业发展", kept="酿酒")


@given(HAN, HAN)
def test_keys_decide(wanted, existing):
    """Keys meet exactly where two names are alike: nothing is missed and nothing is made up."""
    assert met(wanted, existing) == (similarity.likeness(wanted, existing) is not None)


@given(HAN, HAN)
def test_symmetric(one, other):
    """Likeness does not depend on which name was first."""
    assert similarity.likeness(one, other) == similarity.likeness(other, one)
    assert met(one, other) == met(other, one)


@given(HAN)
def test_identity(text):
    """The identity key is among the keys, so one unique document stands for it."""
    assert similarity.identity("430104", text, "酒业") in similarity.keys("430104", text, "酒业")


@given(st.text(max_size=30))
def test_normalised(text):
    """Normalising again changes nothing, and every text has a reading."""
    once = normalised(text)
    assert normalised(once) == once
    assert standard(standard(text)) == standard(text)
    assert isinstance(reading(text), str)


def test_classes():
    """The industry decides, not the generic words around it."""
    assert class_of("酒业") == class_of("酒业发展") == "C15"
    assert class_of("网络科技") == "I64"
    assert class_of("科技") == class_of("科技发展") == "M75"
    assert class_of("餐饮管理") == "H62"
    assert class_of("量子") == "量子"
    assert class_of("量子科技") == "量子"
    assert class_of("商贸") == class_of("国际贸易") == "F51"
