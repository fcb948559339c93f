"""Days off and days worked in exchange."""

from datetime import date

import pytest

from ingest.simulate.holidays import DayKind, day_kind


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 2, 17), DayKind.HOLIDAY),
        (date(2026, 2, 14), DayKind.WORKDAY),
        (date(2026, 10, 1), DayKind.HOLIDAY),
        (date(2026, 10, 10), DayKind.WORKDAY),
        (date(2025, 1, 26), DayKind.WORKDAY),
        (date(2026, 3, 14), DayKind.SATURDAY),
        (date(2026, 3, 15), DayKind.SUNDAY),
        (date(2026, 3, 16), DayKind.WORKDAY),
    ],
)
def test_chinese_parks_keep_chinese_holidays(day, kind):
    """Spring Festival is free, and the weekends around it are worked in exchange."""
    assert day_kind(day, "Asia/Shanghai") is kind


def test_parks_elsewhere_only_have_weekends():
    """A park in another country works on the first of October."""
    assert day_kind(date(2026, 10, 1), "Europe/Berlin") is DayKind.WORKDAY
