"""Working days and statutory deadlines that explain themselves (Administrative Licensing Law).

Guarantees: a deadline is a working day of the State Council's calendar, with its holidays and its
make-up working weekends; every day between start and deadline is either counted or skipped with a
reason. Days are calendar days in China (`local_day`).

Does not: know a calendar before its notice. The State Council publishes a year's notice in the
November before; the `holidays` library has those of 2001 to `PUBLISHED_UNTIL`. For later years it
gives the statutory holidays (a day on a weekend moves to the next working day) without bridge days
and make-up weekends; a deadline that runs into such a year says so (`provisional`) and may move
when the library is updated. From 2101 on there are only weekends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any, Final, Literal, NamedTuple

import holidays

from shared.text import Text

Lamp = Literal["green", "yellow", "red"]

# A fixed offset: China has had no summer time since 1991, and a host may lack the time zone files.
CHINA: Final = timezone(timedelta(hours=8), "Asia/Shanghai")


def article(number: int) -> Text:
    """The citation of an article of the Administrative Licensing Law (行政许可法, 2019)."""
    return Text(f"《行政许可法》第{number}条", f"Administrative Licensing Law, Article {number}")


class Limit(NamedTuple):
    """A statutory time limit: its working days, what it is for, and the article that sets it."""

    days: int
    name: Text
    article: Text


LIMITS: Final[dict[str, Limit]] = {
    "acceptance": Limit(5, Text("受理或告知补正", "Accept, or ask for corrections"), article(32)),
    "decision": Limit(20, Text("作出决定", "Decide"), article(42)),
    "extension": Limit(10, Text("延长决定期限", "Extend the decision"), article(42)),
    "delivery": Limit(10, Text("送达决定", "Deliver the decision"), article(44)),
}
ACCEPTANCE_DAYS: Final = LIMITS["acceptance"].days
EXTENSION_DAYS: Final = LIMITS["extension"].days
DELIVERY_DAYS: Final = LIMITS["delivery"].days

GROUNDS: Final[dict[str, tuple[Text, Text]]] = {
    "hearing": (Text("听证", "Hearing"), article(45)),
    "tender": (Text("招标", "Tender"), article(45)),
    "auction": (Text("拍卖", "Auction"), article(45)),
    "inspection": (Text("检验", "Inspection"), article(45)),
    "testing": (Text("检测", "Testing"), article(45)),
    "quarantine": (Text("检疫", "Quarantine"), article(45)),
    "appraisal": (Text("鉴定", "Appraisal"), article(45)),
    "expert-review": (Text("专家评审", "Expert review"), article(45)),
}
"""The legal grounds on which the clock stands still: slug -> name, article."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Days on which the clock stands still, the first and the last included.

    until_day: None while it lasts. ground: a slug of `GROUNDS`. notice: the written notice to the
    applicant (its text or number), which Article 45 asks for. ValueError where one is not right.
    """

    from_day: date
    until_day: date | None
    ground: str
    notice: str

    def __post_init__(self) -> None:
        if self.ground not in GROUNDS:
            raise ValueError(f"not a legal ground: {self.ground!r}")
        if not self.notice.strip():
            raise ValueError("a pause needs a written notice")
        if self.until_day is not None and self.until_day < self.from_day:
            raise ValueError("a pause ends before it begins")


class Skipped(NamedTuple):
    """A day that does not count. `pause` is given where the reason is "pause"."""

    day: date
    reason: Literal["weekend", "holiday", "pause"]
    name: Text
    pause: Pause | None = None


def _china() -> ModuleType:
    """China's calendar out of `holidays`, by file: the package imports 270 countries (8 MB)."""
    file = Path(holidays.__file__).with_name("countries") / "china.py"
    loader = SourceFileLoader("holidays_china", str(file))
    module = ModuleType(loader.name)
    loader.exec_module(module)
    return module


_CHINA: Final = _china()
_ZH: Final[holidays.HolidayBase] = _CHINA.China(language="zh_CN")  # builds a year when it is asked
_EN: Final[holidays.HolidayBase] = _CHINA.China(language="en_US")
PUBLISHED_UNTIL: Final[int] = max(_CHINA.ChinaStaticHolidays.special_public_holidays)
"""The last year whose holiday notice is known."""

_DAY: Final = timedelta(days=1)


def local_day(now: datetime) -> date:
    """The calendar day in China at `now` (aware, else ValueError)."""
    if now.tzinfo is None:
        raise ValueError("a time without an offset has no day")
    return now.astimezone(CHINA).date()


@lru_cache(maxsize=4096)
def is_working_day(day: date) -> bool:
    """Whether authorities work on `day` (Article 82: statutory holidays do not count)."""
    return _ZH.is_working_day(day)


def working_days_between(start: date, end: date) -> int:
    """The working days after `start` up to `end` included; negative where `end` comes first."""
    if end < start:
        return -working_days_between(end, start)
    return sum(is_working_day(start + n * _DAY) for n in range(1, (end - start).days + 1))


def lamp(due: date | None, today: date, warn_days: int) -> Lamp:
    """Red after `due`, yellow with `warn_days` working days left or fewer, else (or None) green."""
    if due is None:
        return "green"
    if today > due:
        return "red"
    return "yellow" if working_days_between(today, due) <= warn_days else "green"


@dataclass(frozen=True, slots=True)
class Deadline:
    """`days` working days after `start`. `due` is None while an open pause holds the clock.

    counted, skipped: every day after `start` up to `due`, or up to the day before the clock came
    to stand still. basis: what sets the limit (a citation or a promise), where it was given.
    """

    start: date
    days: int
    due: date | None
    counted: tuple[date, ...]
    skipped: tuple[Skipped, ...]
    pauses: tuple[Pause, ...] = ()
    basis: Text | None = None

    @property
    def last(self) -> date:
        """The last day looked at: `due` where it is fixed."""
        return self.start + (len(self.counted) + len(self.skipped)) * _DAY

    @property
    def provisional(self) -> bool:
        """Whether it runs into a year whose holiday notice is not known."""
        return self.last.year > PUBLISHED_UNTIL

    def _closed(self, as_of: date) -> Deadline:
        """This deadline as if every open pause had ended on `as_of`."""
        ended = [replace(p, until_day=p.until_day or max(as_of, p.from_day)) for p in self.pauses]
        return deadline(self.start, self.days, ended, basis=self.basis)

    def explain(self, as_of: date | None = None) -> dict[str, Any]:
        """How the deadline comes about, as JSON; days are ISO dates, names ``{"zh", "en"}``.

        start, days, due (or None); projected: the deadline if an open pause ended `as_of`, else
        None; counted: number of working days counted; made_up: those of them on a weekend;
        skipped: [{day, reason, name} and ground, notice for a pause]; provisional; basis: [legal
        sources]. With `as_of` an open deadline is explained up to the projected one.
        """
        shown = self if self.due or as_of is None else self._closed(as_of)
        sources = (self.basis, article(82), article(45) if self.pauses else None)
        return {
            "start": self.start.isoformat(),
            "days": self.days,
            "due": self.due and self.due.isoformat(),
            "projected": shown.due.isoformat() if shown.due and not self.due else None,
            "counted": len(shown.counted),
            "made_up": [day.isoformat() for day in shown.counted if _ZH.is_weekend(day)],
            "skipped": [_told(skip) for skip in shown.skipped],
            "provisional": shown.provisional,
            "basis": [text.both() for text in sources if text],
        }


def deadline(
    start: date, days: int, pauses: Sequence[Pause] = (), *, basis: Text | None = None
) -> Deadline:
    """`days` working days (0 or more) after `start`, `pauses` left out (Articles 45 and 82).

    The day of `start` never counts. 0 days is `start` itself, for what is decided on the spot.
    """
    if days < 0:
        raise ValueError("a deadline cannot lie before its start")
    counted: list[date] = []
    skipped: list[Skipped] = []
    pauses, day = tuple(sorted(pauses, key=lambda pause: pause.from_day)), start
    while len(counted) < days:
        day += _DAY
        skip = _skip(day, pauses)
        if skip is None:
            counted.append(day)
        elif skip.pause and skip.pause.until_day is None:
            return Deadline(start, days, None, tuple(counted), tuple(skipped), pauses, basis)
        else:
            skipped.append(skip)
    return Deadline(start, days, day, tuple(counted), tuple(skipped), pauses, basis)


def _skip(day: date, pauses: Sequence[Pause]) -> Skipped | None:
    if not is_working_day(day):
        name = _ZH.get(day)
        if name:
            return Skipped(day, "holiday", Text(str(name), str(_EN.get(day))))
        return Skipped(day, "weekend", Text("周末", "Weekend"))
    covering = (each for each in pauses if each.from_day <= day <= (each.until_day or date.max))
    # An open pause decides: while it lasts no other pause can end the standstill.
    pause = min(covering, key=lambda each: each.until_day is not None, default=None)
    return Skipped(day, "pause", GROUNDS[pause.ground][0], pause) if pause else None


def _told(skip: Skipped) -> dict[str, Any]:
    why = {"ground": skip.pause.ground, "notice": skip.pause.notice} if skip.pause else {}
    return {"day": skip.day.isoformat(), "reason": skip.reason, "name": skip.name.both(), **why}
