"""A message in both languages of the platform.

Guarantees: a `Text` is an ordinary English string wherever only a string is understood, and
carries its Chinese with it. Does not: translate, format or pluralise.
"""

from __future__ import annotations

LANGUAGES = ("zh", "en")


class Text(str):
    """English text that carries its Chinese: ``Text("必填", "Required")``."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, zh: str, en: str) -> Text:
        text = super().__new__(cls, en)
        text.zh = zh
        return text

    def __reduce__(self) -> tuple[type[Text], tuple[str, str]]:
        return (Text, (self.zh, str(self)))

    def say(self, language: str) -> str:
        """The text in `language` ("zh" or "en"); English where the language is unknown."""
        return self.zh if language == "zh" else str(self)

    def both(self) -> dict[str, str]:
        """``{"zh": ..., "en": ...}``, the form in which texts are stored and sent."""
        return {"zh": self.zh, "en": str(self)}


def say(message: str, language: str) -> str:
    """`message` in `language` where it is a `Text`, else as it stands."""
    return message.say(language) if isinstance(message, Text) else message
