"""What a register counted in an interval, as a step: its values at both borders, each between two readings."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting.registers import Segments, exact
from parkwatt.accounting.spreading import Habits
from parkwatt.explaining.chain import Depth, Level, Shares, Step
from parkwatt.explaining.event_steps import declared_event, event_steps, source_of
from parkwatt.explaining.looking import Looking
from parkwatt.explaining.moments import moment
from parkwatt.explaining.phrases import Phrase, quantity_name
from parkwatt.explaining.reading_steps import reading_step
from parkwatt.explaining.readings_seen import ReadingsSeen
from parkwatt.explaining.workings import Operand, Working
from parkwatt.park.events import EventKind
from parkwatt.quantities import QUANTITIES
from parkwatt.readings import Millis, SeriesKey

_EXCHANGED = (EventKind.REPLACEMENT, EventKind.RESET)


class RegisterSteps:
    """Explains one register, interval by interval."""

    def __init__(self, looking: Looking, key: SeriesKey, register: Segments, borders: NDArray[np.int64]) -> None:
        """Prepare.

        Args:
            looking: what is looked at.
            key: the series.
            register: its readings that count, and what it measured between them.
            borders: of the intervals that will be explained [ms].
        """
        self._looking, self._key, self._register = looking, key, register
        self._unit = QUANTITIES[key.quantity].unit
        self._borders = borders

    def step(self, start: Millis, end: Millis, *, weight: float) -> Step:
        """What the register counted in an interval, and why nothing is known where nothing is."""
        register = self._register
        title = Phrase("register.title", quantity=quantity_name(self._key.quantity), meter=self._key.meter)
        if len(register.time) < 2:
            lack = (Phrase("register.too_few", n=len(register.time)),)
            return Step(Level.REGISTER, title, unit=self._unit, notes=lack, weight=weight, start=start, end=end)
        first, last = int(register.time[0]), int(register.time[-1])
        shares = self._shares(start, end)
        notes = self._why(start, end, first, last, shares)
        events = event_steps(self._looking, self._key, register.events, *self._around(start, end))
        if shares.missing >= 1.0:
            return Step(
                Level.REGISTER, title, unit=self._unit, shares=shares, notes=notes, weight=weight,
                start=start, end=end, children=events,
            )  # fmt: skip
        ends = self._border(end, weight=1.0), self._border(start, weight=-1.0)
        broken = self._broken(start, end)
        lost = tuple(Operand(Phrase("register.lost"), float(self._lost[place]), self._unit) for place in broken)
        sides = tuple(self._reading(side) for place in broken for side in (place, place + 1))
        rise = sum(border.result * (border.weight or 0.0) for border in ends if border.result is not None)
        return Step(
            Level.REGISTER,
            title,
            Phrase("register.rule"),
            result=rise + sum(one.value for one in lost),
            unit=self._unit,
            working=Working.SUM,
            inputs=lost,
            shares=shares,
            notes=notes,
            weight=weight,
            start=start,
            end=end,
            children=(*ends, *sides, *events),
        )

    def _border(self, border: Millis, *, weight: float) -> Step:
        """What the register was at a border."""
        register, looking = self._register, self._looking
        at = min(max(border, int(register.time[0])), int(register.time[-1]))
        place = self._place(at)
        before, since = float(register.value[place]), at - int(register.time[place])
        title = Phrase("border.title", time=moment(border, looking.zone))
        if since == 0:
            rule = "border.held" if at != border else "border.read"
            return Step(
                Level.BORDER, title, Phrase(rule), result=before, unit=self._unit, working=Working.SUM,
                weight=weight, start=border, children=(self._reading(place, weight=1.0),),
            )  # fmt: skip
        rise, span = float(register.rise[place]), int(register.time[place + 1]) - int(register.time[place])
        label = Phrase("border.value_before")
        inputs = [Operand(label, before, self._unit), Operand(Phrase("border.rise"), rise, self._unit)]
        share = self._habit(place, at)
        if not register.known[place]:
            rule, working, inputs = "border.unknown", Working.SAME, inputs[:1]
            counted = 0.0
        elif share is not None:
            rule, working = "border.by_habit", Working.PART
            inputs.append(Operand(Phrase("border.share"), share))
            counted = float(exact(np.array([rise * share]))[0])
        else:
            rule, working = "border.gap" if register.spread[place] else "border.even", Working.INTERPOLATION
            inputs += [
                Operand(Phrase("border.since"), since / 1000, "s"),
                Operand(Phrase("border.span"), span / 1000, "s"),
            ]
            counted = float(exact(np.array([rise * (since / span)]))[0])
        return Step(
            Level.BORDER,
            title,
            Phrase(rule, gap=_length(span)),
            result=before + counted,
            unit=self._unit,
            working=working,
            inputs=tuple(inputs),
            weight=weight,
            start=border,
            children=(self._reading(place), self._reading(place + 1)),
        )

    def _reading(self, place: int, *, weight: float | None = None) -> Step:
        """A reading that counts, or a value that was declared in place of one."""
        time, value = int(self._register.time[place]), float(self._register.value[place])
        stored = self._seen.find(time, value)
        if stored is not None:
            return reading_step(self._looking, self._seen, stored, weight=weight)
        event = declared_event(self._looking, self._key, _EXCHANGED, time)
        return Step(
            Level.READING,
            Phrase("reading.declared", time=moment(time, self._looking.zone), meter=self._key.meter),
            result=value,
            unit=self._unit,
            sources=() if event is None else (source_of(self._looking, event),),
            notes=(Phrase("event.reason", reason=event.reason),) if event is not None and event.reason else (),
            weight=weight,
            start=time,
        )

    def _place(self, at: Millis) -> int:
        """The reading at a time, or the last one before it."""
        return int(np.searchsorted(self._register.time, at, side="right")) - 1

    def _around(self, start: Millis, end: Millis) -> tuple[Millis, Millis]:
        """The times of the readings just outside of an interval."""
        time = self._register.time
        first, last = self._place(start), int(np.searchsorted(time, end))
        return int(time[max(first, 0)]), int(time[min(last, len(time) - 1)])

    def _habit(self, place: int, at: Millis) -> float | None:
        """The share of a gap's rise that was counted until a moment, by habit; None where none is known."""
        register = self._register
        if not (register.known[place] and register.spread[place] and register.rise[place] > 0):
            return None
        found = self._habits.share(place, np.array([at], np.int64))
        return None if found is None else float(found[0])

    def _broken(self, start: Millis, end: Millis) -> list[int]:
        """Pairs of readings in an interval between which the register was exchanged or set back."""
        inside = np.clip(np.array([start, end]), self._register.time[0], self._register.time[-1])
        first, last = (self._place(int(at)) for at in inside)
        return [place for place in range(first, last) if self._lost[place]]

    @cached_property
    def _lost(self) -> NDArray[np.float64]:
        """Per pair of readings: what is put on again, because the register was exchanged or set back."""
        register = self._register
        lost: NDArray[np.float64] = register.value[:-1] + register.rise - register.value[1:]
        return lost

    def _shares(self, start: Millis, end: Millis) -> Shares:
        """How the time of an interval is known."""
        register = self._register
        low, high = np.clip(register.time[:-1], start, end), np.clip(register.time[1:], start, end)
        known, length = high - low, end - start
        measured = int(known[register.known & ~register.spread].sum()) / length
        estimated = int(known[register.known & register.spread].sum()) / length
        return Shares(measured, estimated, max(1.0 - measured - estimated, 0.0))

    def _why(self, start: Millis, end: Millis, first: Millis, last: Millis, shares: Shares) -> tuple[Phrase, ...]:
        """Why not all of it is measured."""
        zone = self._looking.zone
        notes = []
        if start < first:
            notes.append(Phrase("register.before_first", time=moment(first, zone)))
        if end > last:
            notes.append(Phrase("register.after_last", time=moment(last, zone)))
        for place in self._gaps(start, end) if shares.measured < 1.0 else []:
            known = bool(self._register.known[place])
            ends = (moment(int(self._register.time[n]), zone) for n in (place, place + 1))
            key = "register.in_gap" if known else "register.in_unknown"
            notes.append(Phrase(key, **dict(zip(("since", "until"), ends, strict=True))))
        return tuple(notes)

    def _gaps(self, start: Millis, end: Millis) -> list[int]:
        """Pairs of readings that touch an interval and between which nothing was measured."""
        register = self._register
        touch = (register.time[:-1] < end) & (register.time[1:] > start)
        return np.flatnonzero(touch & (~register.known | register.spread)).tolist()

    @cached_property
    def _habits(self) -> Habits:
        return Habits(self._register, self._looking.zone)

    @cached_property
    def _seen(self) -> ReadingsSeen:
        """The readings around all borders, looked up at once."""
        time = self._register.time
        places = np.searchsorted(time, np.clip(self._borders, time[0], time[-1]), side="right") - 1
        broken = np.flatnonzero(self._lost[places[0] : places[-1]]) + places[0]
        ends = np.concatenate((places, places + 1, broken, broken + 1))
        wanted = np.unique(time[np.minimum(ends, len(time) - 1)])
        life = self._looking.lives.of(self._looking.park.meter_by_id[self._key.meter], self._key.quantity)
        seen = ReadingsSeen(self._looking.store, self._key, wanted.tolist(), life)
        if self._looking.depth >= Depth.MESSAGES and self._looking.origins is not None:
            seen.trace(self._looking.origins)
        return seen


def _length(span: Millis) -> str:
    """A length of time for people: 4 h 12 min."""
    minutes = round(span / 60_000)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"
