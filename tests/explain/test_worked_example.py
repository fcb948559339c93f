"""The worked example of the documentation comes out of the program, number by number."""

import re
from collections.abc import Iterator

import pytest

from parkwatt.explaining import Chain, Question, Subject
from parkwatt.explaining.chain import Level
from parkwatt.explaining.phrases import written
from parkwatt.explaining.spans import asked_time
from parkwatt.explaining.workings import written_out
from parkwatt.park import Park
from parkwatt.park.load import load_park
from parkwatt.store.duck import DuckStore
from tests.explain.example import Page, page, run
from tests.explain.scene import WHATS

TIMES = ({"at": "2026-07-15T10:05:00+08:00"}, {"month": "2026-07"})
_NUMBER = re.compile(r"(?<![\w./:-])\d+(?:\.\d+)?(?![\w/:-]|\.\d)")


class Ran:
    """The example after it ran."""

    def __init__(self, said: Page, park: Park, chains: list[Chain]) -> None:
        self.said, self.park, self.chains = said, park, chains
        self.steps = [step for chain in chains for step in chain.figure.steps()]

    @property
    def lines(self) -> set[str]:
        """Everything that is worked out, as the page writes it."""
        return {
            f"{text} = {written(step.result)} {step.unit}"
            for step in self.steps
            if step.check and step.working and step.result is not None
            if (text := written_out(step.working, step.operands, "en"))
        }

    def numbers(self) -> Iterator[float]:
        """Every number in the chains, those in tonnes also as the page rounds them."""
        for step in self.steps:
            yield from (operand.value for operand in step.operands)
            if step.result is not None:
                yield step.result
                yield round(step.result, 1)
        yield from (len([s for s in step.children if s.level is Level.DAY]) * 96 for step in self.steps)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ran]:
    folder = tmp_path_factory.mktemp("example")
    store = DuckStore(folder / "park.duckdb")
    explaining = run(folder, store)
    park = load_park(folder / "park.yaml")
    whose = Subject.of(park, enterprise="stamping", meter=None)
    times = [asked_time(park, time) for time in TIMES]
    chains = [explaining.explain(Question(what, whose, *time)) for time in times for what in WHATS]
    store.close()
    return Ran(page(), park, chains)


def test_every_line_of_arithmetic_is_worked_out(ran: Ran):
    """Each line that works something out stands just so in one of the chains."""
    assert [line for line in ran.said.arithmetic if line not in ran.lines] == []
    assert len(ran.said.arithmetic) > 30


def test_nothing_differs(ran: Ran):
    """Every level of every chain follows from the level below it, and the quarter-hour's go down to messages."""
    assert [chain.differing for chain in ran.chains] == [()] * len(ran.chains)
    payloads = {step.notes[1].fill["payload"] for step in ran.steps if step.level is Level.MESSAGE}
    assert payloads == set(ran.said.messages)


def test_every_number_is_known(ran: Ran):
    """Each number in the text is one of the chains, or stands in the park file or in a message."""
    given = [float(text) for text in re.findall(r"\d+(?:\.\d+)?", ran.said.park + "".join(ran.said.messages))]
    known = {round(number, 9) for number in (*ran.numbers(), *given, 0.01, 4.0)}  # 0.01 fen; Annex 4
    told = [float(text) for text in _NUMBER.findall(ran.said.prose)]
    assert [number for number in told if round(number, 9) not in known] == []


def test_every_factor_is_as_it_is_said(ran: Ran):
    """The table of factors says id, number and how sure each is as the chains do."""
    rows = re.findall(r"^\| `([^`]+)` \| ([\d.]+) (\S+) \| ([^|]+) \|$", ran.said.prose, re.MULTILINE)
    factors = [step for step in ran.steps if step.level is Level.FACTOR and step.result is not None]
    found = {(step.sources[0].id, written(step.result or 0.0), step.unit, step.sources[0].checked) for step in factors}
    assert {(factor, number, unit, sure.strip()) for factor, number, unit, sure in rows} == found
