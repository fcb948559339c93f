"""What asks for a decision: a card per question, with what the readings say, and the answers it may have."""

from dashboards.live.edition import Edition, embedded
from dashboards.live.figure_cache import FigureCache
from dashboards.live.figures.questions import Question, Questions
from dashboards.live.format import Shown
from dashboards.live.frame import Fragment, Frame
from dashboards.live.views.addresses import meter_address
from dashboards.live.views.decision_rows import decision_row
from dashboards.live.views.meter_tree import name_of
from dashboards.live.views.meter_values import exact
from dashboards.live.views.question_answers import answers
from dashboards.live.views.question_picture import picture
from parkwatt.accounting.happenings import Happening
from parkwatt.readings import Millis


def questions(edition: Edition, figures: FigureCache, *, meter: str | None = None) -> Frame:
    """The open questions.

    Args:
        edition: the language.
        figures: where they come from.
        meter: of this meter only; None for the whole park.
    """
    found = figures.slow(figures.make.questions, meter)
    if found is None:
        return Frame(fragments={"questions": Fragment("waiting", "")})
    html = edition.render(
        "parts/questions.html",
        questions=[_card(edition, question) for question in found.listed],
        more=found.more,
        now=figures.now(),
        here=meter is not None,
        decides=figures.context.recording is not None,
    )
    version = (tuple((one.event, one.noted, one.against) for one in found.listed), found.more)
    return Frame({"questions.count": _count(found)}, {"questions": Fragment(str(version), html)})


def question_count(figures: FigureCache) -> Frame:
    """How many questions are open in the park."""
    found = figures.slow(figures.make.questions, None)
    return Frame() if found is None else Frame({"questions.count": _count(found)})


def _count(found: Questions) -> Shown:
    return Shown(str(found.total), state="warn") if found.total else Shown("")


def _card(edition: Edition, question: Question) -> dict[str, object]:
    event, park = question.event, edition.park
    meter = park.meter_by_id[event.meter]
    owner = None if meter.enterprise is None else park.enterprise_by_id[meter.enterprise]
    drawn = picture(question)
    possible = answers(edition, question)
    return {
        "meter": event.meter,
        "quantity": event.quantity,
        "name": name_of(edition, event.meter),
        "where": edition.words("park.the_park") if owner is None else edition.name(owner.name, owner.id),
        "address": meter_address(event.meter),
        "time": question.first.time,
        "asked": event.time,
        "unit": question.unit,
        "before": exact(event.before if question.last is None else question.last.value, question.unit),
        "after": exact(question.first.value, question.unit),
        "says": says(edition, question),
        "picture": drawn,
        "edges": ("", "") if drawn is None else (_moment(edition, drawn.start), _moment(edition, drawn.end)),
        "answers": possible,
        "prefilled": embedded({one.kind: {"values": one.values, "asked": one.asked} for one in possible}),
        "against": [decision_row(edition, decision) for decision in question.against],
        "noted": None if question.noted is None else decision_row(edition, question.noted),
    }


def says(edition: Edition, question: Question) -> str:
    """What the readings say, as a sentence."""
    event, words = question.event, edition.words
    last = question.last
    before = event.before if last is None else last.value
    fill = {
        "quantity": words(f"quantity.{event.quantity}"),
        "before": exact(before, question.unit),
        "after": exact(question.first.value, question.unit),
        "rise": exact(question.first.value - before, question.unit),
        "span": _span(edition, None if last is None else last.time, question.first.time),
    }
    key = f"questions.says.{event.kind}"
    if event.kind == Happening.JUMP:
        key += "_amount" if question.periods else "" if question.limit is not None else "_sudden"
        fill["limit"] = exact(question.limit or 0.0, question.unit)
    return words(key, **fill)


def _span(edition: Edition, since: Millis | None, until: Millis) -> str:
    """Between which moments it happened."""
    if since is None:
        return edition.words("questions.until", end=_moment(edition, until))
    day, same = edition.format.local(until).date(), edition.format.local(since).date()
    seconds = until - since < 120_000
    start, end = (
        f"{edition.format.local(time):%H:%M:%S}" if seconds else edition.format.clock(time) for time in (since, until)
    )
    if day == same:
        return edition.words("questions.within", day=edition.format.day(until), start=start, end=end)
    return edition.words("questions.across", start=_moment(edition, since), end=_moment(edition, until))


def _moment(edition: Edition, time: Millis) -> str:
    return edition.words("time.moment", day=edition.format.day(time), clock=edition.format.clock(time))
