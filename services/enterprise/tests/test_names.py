"""The composition of a company name, rule by rule."""

import pytest

from services.enterprise.domain import names
from services.enterprise.domain.names import Name
from services.enterprise.domain.places import Place
from shared.text import Text

CHANGSHA = Place("430100", "长沙市")


def name(trade_name="红光", industry="酒业", form="有限公司", place=CHANGSHA):
    return Name(place, trade_name, industry, form)


@pytest.mark.parametrize(
    ("place", "opening"),
    [
        (Place("430000", "湖南省"), "湖南"),
        (CHANGSHA, "长沙"),
        (Place("430104", "岳麓区", "长沙市"), "长沙市岳麓区"),
        (Place("430121", "长沙县", "长沙市"), "长沙县"),
        (Place("430181", "浏阳市", "长沙市"), "浏阳"),
        (Place("433100", "湘西土家族苗族自治州"), "湘西"),
    ],
)
def test_opening(place, opening):
    """A name opens with its division; a district stands behind its city."""
    assert names.compose(name(place=place)) == f"{opening}红光酒业有限公司"


def test_accepted():
    """An ordinary name is refused by no rule."""
    for trade_name in ("红光", "三一", "湘水情", "岳麓山泉", "毛家饭店缘"):
        assert names.refusals(name(trade_name)) == []


@pytest.mark.parametrize(
    ("trade_name", "industry", "form", "rule"),
    [
        ("红", "酒业", "有限公司", "trade-name-length"),
        ("红光A", "酒业", "有限公司", "standard-characters"),
        ("红光2", "酒业", "有限公司", "standard-characters"),
        ("12345", "酒业", "有限公司", "standard-characters"),
        ("红光！", "酒业", "有限公司", "standard-characters"),
        ("紅光", "酒业", "有限公司", "standard-characters"),
        ("湖南", "酒业", "有限公司", "trade-name-is-division"),
        ("株洲市", "酒业", "有限公司", "trade-name-is-division"),
        ("餐饮", "酒业", "有限公司", "trade-name-is-industry"),
        ("红光", "", "有限公司", "industry-missing"),
        ("红光", "酒业", "无限公司", "organisation-form"),
        ("中国红光", "酒业", "有限公司", "state-words"),
        ("国家队", "酒业", "有限公司", "state-words"),
        ("藏独", "酒业", "有限公司", "state-dignity"),
        ("黑社会", "酒业", "有限公司", "public-order"),
        ("解放军", "酒业", "有限公司", "party-state-military"),
        ("美国红", "酒业", "有限公司", "foreign-state"),
        ("红光", "赌场", "有限公司", "obscene-violent"),
        ("洋鬼子", "酒业", "有限公司", "discriminating"),
        ("雷锋", "酒业", "有限公司", "public-morals"),
        ("国家级", "酒业", "有限公司", "misleading"),
        ("将军", "酒业", "有限公司", "restricted-trade-name"),
        ("红光", "银行", "股份有限公司", "reserved"),
        ("红典", "当业", "有限公司", "reserved"),
    ],
)
def test_refused(trade_name, industry, form, rule):
    """Each forbidden name is refused by its rule, with the law, in both languages."""
    found = names.refusals(name(trade_name, industry, form))
    assert rule in [error.rule for error in found]
    for error in found:
        assert isinstance(error.detail, Text)
        assert "规定" in error.detail.zh and "Art." in error.detail


def test_approved():
    """Words that need an approval pass for whom it was given, and for nobody else."""
    bank = name("红光", "银行", "股份有限公司")
    assert names.refusals(bank)
    assert names.refusals(bank, frozenset({"reserved"})) == []
    assert names.refusals(name("藏独"), frozenset({"state-dignity"}))


def test_standard_named():
    """A traditional character is refused with the standard one named."""
    (error,) = names.refusals(name("紅光"))
    assert "红光" in error.detail.zh
