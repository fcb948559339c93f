"""A name of a field taken apart into words: what is measured, which phase, where, in what unit."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.formats.vocabulary_words import (
    NEUTRAL,
    NEUTRAL_WIRE,
    PHASES,
    PLACED,
    PLACES,
    RST,
    UNIT_SAYS,
    UNITS,
    WORDS,
)

_PIECE = re.compile(
    r"(?P<gap>[\s_./\\\-:,;|()\[\]{}]+)"
    r"|(?P<phase>(?:(?<![A-Za-z])l|(?<![A-KM-Z])L)(?:12|23|31|[123])(?![0-9]))"
    r"|(?P<unit>(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))"
    r"(?:[kKMG]?Wh|k[Ww]h|k[Vv][Aa]rh|kVARh|k[Vv][Aa]r|kVAR|VArh|VAr|kVAh|kVA|[kM]W|[km]V|mA|[kKM]?Pa|Hz|GJ|MJ|m3(?:/?h)?"
    r"|t/h)(?![a-z]))"
    r"|(?P<word>SoC|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|φ|%|°[CF])"
    r"|(?P<number>[0-9]{1,2}(?![0-9]))"
    r"|(?P<chinese>[\u4e00-\u9fff]+)"
)
_CHINESE = frozenset(
    text for table in (WORDS, NEUTRAL, PLACES, NEUTRAL_WIRE, UNITS) for text in table if text > "\u4e00"
)
_LONGEST_CHINESE = max(map(len, _CHINESE))

_PAIRS = {
    frozenset(("L1", "L2")): "L12", frozenset(("L2", "L3")): "L23", frozenset(("L3", "L1")): "L31",
    frozenset(("L1", "N")): "L1", frozenset(("L2", "N")): "L2", frozenset(("L3", "N")): "L3",
}  # fmt: skip
_MEDIA = frozenset({"water", "gas", "air", "steam", "ambient"})
_GROWING = frozenset({"energy", "active", "reactive", "volume", "mass", "flow", "import", "export", "made"})
_PIPES = frozenset({"supply", "return", "flow", "inlet", "outlet"})
_IN_PIPES = frozenset({"temperature", "pressure", "flow", "volume", "mass"})
_LETTER_UNITS = {"a": "current", "v": "voltage", "c": "temperature", "f": "temperature", "l": "volume"}
"""Letters that are a unit only beside what it measures."""


class _UnknownWordError(Exception):
    """A word that is in no table, or that contradicts another."""


@dataclass(frozen=True, slots=True)
class Wording:
    """What the words of a name say.

    Attributes:
        core: what is measured and how, as the first column of `WORDS` has it, without what changes nothing.
        media: what it is measured of.
        phase: of `PHASES`.
        channel: the places, in order of the alphabet.
        number: that belongs to no other word.
        unit: said among the words.
    """

    core: frozenset[str]
    media: frozenset[str]
    phase: str | None
    channel: str | None
    number: str | None
    unit: str | None


def wording(name: str) -> Wording | None:
    """Take a name apart; None if a word of it is not known, or if they contradict each other."""
    try:
        return _Reader(list(_pieces(name))).said()
    except _UnknownWordError:
        return None


def _pieces(name: str) -> Iterator[str]:
    at = 0
    while at < len(name):
        found = _PIECE.match(name, at)
        if found is None:
            raise _UnknownWordError
        at = found.end()
        if found["chinese"]:
            yield from _chinese(found[0])
        elif not found["gap"]:
            yield found[0]


def _chinese(text: str) -> Iterator[str]:
    """The words of a text without blanks, the longest first."""
    at = 0
    while at < len(text):
        lengths = range(_LONGEST_CHINESE, 0, -1)
        word = next((text[at : at + n] for n in lengths if text[at : at + n] in _CHINESE), None)
        if word is None:
            raise _UnknownWordError
        yield word
        at += len(word)


class _Reader:
    """Reads the pieces of one name."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = deque(pieces)
        self._words: set[str] = set()
        self._phases: set[str] = set()
        self._places: set[str] = set()
        self._letters: list[str] = []
        self._numbers: list[str] = []
        self._units: list[str] = []

    def said(self) -> Wording:
        """Everything the name says.

        Raises:
            _UnknownWordError: if a word is not known, or contradicts another.
        """
        while self._pieces:
            self._piece(self._pieces.popleft())
        for letter in self._letters:
            self._letter(letter)
        self._said_by_unit()
        self._places_by_words()
        core = self._core()
        return Wording(
            core=core,
            media=frozenset(self._words & _MEDIA),
            phase=self._phase(),
            channel="_".join(sorted(self._places)) or None,
            number=_only(self._numbers),
            unit=_only(self._units),
        )

    def _piece(self, piece: str) -> None:
        small = piece.lower()
        if len(small) == 1 and small.isascii() and small.isalpha() and small != "w":
            self._letters.append(small)
        elif small in PHASES or small in RST:
            self._phases.add(PHASES.get(small) or RST[small])
        elif small in NEUTRAL_WIRE:
            self._phases.add("N")
        elif piece in UNITS or small in UNITS:
            self._units.append(UNITS.get(piece) or UNITS[small])
        elif piece.isdecimal():
            self._number(piece)
        elif small in ("phase", "ph", "fase"):
            self._phase_by_name()
        else:
            self._word(small)

    def _word(self, word: str) -> None:
        if word in PLACED:
            place, measured = PLACED[word]
            self._places.add(place)
            self._words.add(measured)
        elif word in PLACES:
            self._place(PLACES[word])
        elif word == "current" and self._next() == "power":
            pass  # the power of this moment
        elif word in WORDS:
            self._words.update(WORDS[word])
        elif word not in NEUTRAL:
            raise _UnknownWordError

    def _next(self) -> str:
        return self._pieces[0].lower() if self._pieces else ""

    def _place(self, place: str) -> None:
        number = self._pieces.popleft() if self._next().isdecimal() else ""
        if place == "channel" and not number:
            raise _UnknownWordError
        self._places.add(number if place == "channel" else place + number)

    def _number(self, number: str) -> None:
        if self._next() not in ("phase", "ph", "fase"):
            self._numbers.append(number)
        elif number == "3":
            self._pieces.popleft()  # three-phase: the total
        else:
            raise _UnknownWordError

    def _phase_by_name(self) -> None:
        following = self._next()
        if following in ("1", "2", "3"):
            self._phases.add("L" + self._pieces.popleft())

    def _letter(self, letter: str) -> None:
        measured = _LETTER_UNITS.get(letter)
        if measured in self._words and (letter != "a" or self._phases or len(self._letters) > 1):
            self._units.append(UNITS[letter])
        elif letter in PHASES:
            self._phases.add(PHASES[letter])
        elif letter in RST and self._words & {"voltage", "current"}:
            self._phases.add(RST[letter])
        elif letter == "n":
            self._phases.add("N")
        else:
            raise _UnknownWordError

    def _said_by_unit(self) -> None:
        """A name that says only by its unit what is measured."""
        if self._words - _MEDIA - _ASIDE <= {"import", "export", "made", "heat", "cold"} and self._units:
            self._words.update(UNIT_SAYS.get(self._units[0], ()))

    def _places_by_words(self) -> None:
        if "flow" in self._words and self._words & {"temperature", "pressure"}:
            self._words.discard("flow")
            if not self._places & _PIPES:
                self._places.add("flow")
        if self._places & _PIPES and not self._words & _IN_PIPES:
            raise _UnknownWordError
        if "soc" in self._words or "charge" in self._words:
            self._places.discard("battery")
        if "irradiance" in self._words:
            self._places.discard("pv")
        registers = self._words & {"energy", "import", "export", "made"}
        if registers and self._places & {"pv", "generator"}:
            self._words.add("made")
            self._places.discard("pv")
        if registers == {"energy"} and "battery" in self._places:
            raise _UnknownWordError  # what it holds, or what went in
        if "cold" in self._words:
            self._places.add("cooling")

    def _core(self) -> frozenset[str]:
        core = self._words - _MEDIA - _ASIDE
        if "cumulative" in self._words and not core & _GROWING:
            raise _UnknownWordError
        if "instantaneous" in self._words and core & {"energy", "volume", "mass"} and "flow" not in core:
            raise _UnknownWordError
        if "rate" in self._words and "flow" not in core:
            raise _UnknownWordError  # a tariff's
        if "flow" in core and "cumulative" in self._words:
            core.add("cumulative")
        elif core == {"flow"} and "total" in self._words:
            core.add("total")
        if "strom" in core and "total" in self._words:
            raise _UnknownWordError  # German and Dutch also say it of electricity as a whole
        return frozenset(core)

    def _phase(self) -> str | None:
        if len(self._phases) < 2:
            return next(iter(self._phases), None)
        pair = _PAIRS.get(frozenset(self._phases))
        if pair is None:
            raise _UnknownWordError
        return pair


_ASIDE = frozenset({"total", "cumulative", "instantaneous", "rate"})


def _only(found: list[str]) -> str | None:
    if len(set(found)) > 1:
        raise _UnknownWordError
    return found[0] if found else None
