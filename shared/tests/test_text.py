"""Texts in both languages."""

import copy
import pickle

from hypothesis import given
from hypothesis import strategies as st

from shared.text import Text, say

words = st.text(max_size=20)


@given(words, words)
def test_both(zh: str, en: str) -> None:
    """A text is its English, and says either language."""
    text = Text(zh, en)
    assert text == en
    assert (text.say("zh"), text.say("en"), text.say("fr")) == (zh, en, en)
    assert text.both() == {"zh": zh, "en": en}
    assert say(text, "zh") == zh
    assert say(en, "zh") == en


@given(words, words)
def test_copies(zh: str, en: str) -> None:
    """A copied or pickled text keeps its Chinese."""
    text = Text(zh, en)
    for twin in (copy.deepcopy(text), pickle.loads(pickle.dumps(text))):
        assert (twin.zh, str(twin)) == (zh, en)
