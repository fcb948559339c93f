"""What the pages say of questions, decisions, the log of a register and closed periods; in both languages."""

from dataclasses import replace

import pytest

from dashboards.live.edition import Edition
from dashboards.live.figures.questions import Point, Question
from dashboards.live.views.decisions import DECISIONS
from dashboards.live.views.meter import METER
from dashboards.live.views.question_answers import answers
from dashboards.live.views.question_picture import picture
from dashboards.live.views.questions import says
from dashboards.live.words import texts
from parkwatt.accounting.happenings import Basis, Happening
from parkwatt.park.events import EventKind
from parkwatt.store.derived import FIELDS
from tests.decisions import sample_questions
from tests.page.framing import CHINESE, CONTEXT, ENGLISH, frame
from tests.page.samples import NOON


def question(meter: str) -> Question:
    (found,) = sample_questions.questions(CONTEXT.park, NOON, meter).listed
    return found


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_every_kind_has_its_sentence(edition: Edition):
    """Whatever may ask says what the readings show, with both values."""
    asked = question(sample_questions.EXCHANGED)
    for kind in (Happening.RESET, Happening.REPLACEMENT, Happening.JUMP, Happening.NEGATIVE, Happening.MISFIT):
        for more in ({}, {"limit": None}, {"periods": True}, {"last": None}):
            seen = replace(asked, event=asked.event._replace(kind=kind), **more)
            sentence = says(edition, seen)
            assert "12.7" in sentence or "918" in sentence
            assert "{" not in sentence


def test_every_kind_has_its_words():
    """Every event, basis, answer and figure has a name."""
    wanted = [f"{part}.{kind}" for kind in Happening for part in ("happening", "happening_hint")]
    wanted += [f"{part}.{basis}" for basis in Basis for part in ("basis", "basis_hint")]
    wanted += [f"questions.figure.{field}" for field in FIELDS if not field.endswith("_share")]
    kinds = {
        answer.kind
        for meter in (sample_questions.EXCHANGED, sample_questions.JUMPED)
        for answer in answers(ENGLISH, question(meter))
    }
    assert kinds == {*EventKind} - {EventKind.CLOCK, EventKind.RATIO}
    wanted += [f"questions.{part}.{kind}" for kind in kinds for part in ("answer", "hint")]
    assert [key for key in wanted if key not in texts()] == []


def test_answers_are_filled_in_with_what_was_read():
    """Another meter: both values as read; a reset begins at zero; wrong readings last until the next question."""
    found = {answer.kind: answer for answer in answers(ENGLISH, question(sample_questions.EXCHANGED))}
    exchanged = found[EventKind.REPLACEMENT].values
    assert (exchanged["old_final"], exchanged["new_initial"]) == ("918273.46", "12.7")
    assert exchanged["time"] == "2027-01-15T11:10:00"
    assert found[EventKind.RESET].values["new_initial"] == "0"
    assert found[EventKind.IGNORE].values["until"] == "2027-01-15T16:10:00"
    assert found[EventKind.ROLLOVER].asked == ()
    assert answers(ENGLISH, question(sample_questions.MISFIT)) == []


def test_the_picture_breaks_where_it_happened():
    """Readings before and after are two lines; too few of them are none."""
    drawn = picture(question(sample_questions.EXCHANGED))
    assert drawn is not None
    assert drawn.before.startswith("M")
    assert drawn.after.startswith("M")
    assert 150 < drawn.mark < 170
    alone = replace(question(sample_questions.EXCHANGED), picture=(), last=None, first=Point(NOON, 1.0))
    assert picture(alone) is None


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_page_has_all_of_it(edition: Edition):
    """Questions, what stands although it would be otherwise, and what was stated again."""
    found = frame(DECISIONS, edition=edition)
    html = found.fragments["questions"].html
    assert html.count("<svg viewBox") == 3
    assert "protocol 114" in html
    assert found.values["questions.count"].text == "3"
    assert "parkwatt restate --period 2026-12" in found.fragments["closed"].html
    assert "1,234.500" in found.fragments["restated"].html
    assert [amount in found.fragments["closed"].html for amount in ("48,189.68", "51,000.00")] == [True] * 2
    assert "48,189.50" in found.fragments["restated"].html


def test_a_meter_has_its_own():
    """The meter's page has its question, and every event with how it is known."""
    found = frame(METER, sample_questions.EXCHANGED)
    assert found.values["questions.count"].text == "1"
    log = found.fragments["log"].html
    assert [word in log for word in ("open", "by the readings", "decided", "flood")] == [True] * 4
    assert "12.7" in log
    assert "12.70" not in log
    assert "question" not in frame(METER, "E05-el-01").fragments["questions"].html
