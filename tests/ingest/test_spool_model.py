"""The spool against a list, through crashes and damage at any byte."""

import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ingest.spool import Spool


@dataclass
class Appended:
    """A record whose append returned, and where it lies."""

    body: bytes
    readings: int
    file: str
    start: int
    end: int
    damaged: bool = False


class SpoolMachine(RuleBasedStateMachine):
    """Appends, drains, restarts and damages a spool of small segments."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp(prefix="spool-"))
        self.folder = self.root / "0"
        self.all: list[Appended] = []
        self.passed = 0
        self.spool = self.open()

    def teardown(self) -> None:
        self.spool.close()
        shutil.rmtree(self.root)

    def open(self) -> Spool:
        return Spool(self.folder, segment_size=300)

    @property
    def waiting(self) -> list[Appended]:
        return self.all[self.passed :]

    def files(self) -> list[Path]:
        return sorted(self.folder.glob("*.spool"))

    def crash(self) -> None:
        """Go on with a copy of the folder, as it was at this moment."""
        copy = self.root / str(int(self.folder.name) + 1)
        shutil.copytree(self.folder, copy)
        self.spool.close()
        shutil.rmtree(self.folder)
        self.folder = copy

    def reopen(self) -> None:
        self.spool = self.open()
        while self.waiting and self.all[-1].damaged:
            self.all.pop()
        self.skip_damaged()

    def skip_damaged(self) -> None:
        while self.waiting and self.waiting[0].damaged:
            self.passed += 1

    @rule(body=st.binary(max_size=200), readings=st.integers(0, 1000), inner=st.booleans())
    def append(self, body: bytes, readings: int, *, inner: bool) -> None:
        """Append; now and then something that looks like records of this very segment."""
        files = self.files()
        if inner and files:
            body += files[-1].read_bytes()[:200]
        before = {file: file.stat().st_size for file in files}
        self.spool.append(body, readings=readings)
        newest = self.files()[-1]
        self.all.append(Appended(body, readings, newest.name, before.get(newest, 0), newest.stat().st_size))

    @rule()
    def look(self) -> None:
        """The oldest undamaged record is the same however often one asks."""
        first, second = self.spool.oldest(), self.spool.oldest()
        self.skip_damaged()
        assert first == second == (self.waiting[0].body if self.waiting else None)

    @rule(most=st.integers(1, 5))
    def drain(self, most: int) -> None:
        for _ in range(most):
            self.look()
            if self.waiting:
                self.spool.drop_oldest()
                self.passed += 1

    @rule()
    def restart(self) -> None:
        self.spool.close()
        self.reopen()
        assert self.spool.damaged == 0 or any(record.damaged for record in self.all) or self.spool.records == 0

    @rule()
    def crash_now(self) -> None:
        self.crash()
        self.reopen()

    @precondition(lambda self: self.files())
    @rule(data=st.data())
    def tear(self, data: st.DataObject) -> None:
        """The newest segment loses its end."""
        self.crash()
        file = self.files()[-1]
        size = data.draw(st.integers(0, file.stat().st_size))
        with file.open("r+b") as opened:
            opened.truncate(size)
        for record in self.all:
            record.damaged |= record.file == file.name and record.end > size
        self.reopen()

    @precondition(lambda self: self.files())
    @rule(
        rest=st.one_of(st.binary(min_size=1, max_size=99), st.integers(1, 5000).map(bytes)), partial=st.integers(0, 99)
    )
    def leave_rest(self, rest: bytes, partial: int) -> None:
        """The newest segment ends in the beginning of a record, in zeros or in garbage."""
        self.crash()
        file = self.files()[-1]
        with file.open("r+b") as opened:
            begun = opened.read(partial)
            opened.seek(0, 2)
            opened.write(begun + rest)
        self.reopen()
        assert self.spool.damaged

    @precondition(lambda self: self.files())
    @rule(data=st.data(), bit=st.integers(0, 7))
    def flip(self, data: st.DataObject, bit: int) -> None:
        """Any bit of any segment turns round."""
        self.crash()
        file = data.draw(st.sampled_from(self.files()))
        content = bytearray(file.read_bytes())
        if content:
            at = data.draw(st.integers(0, len(content) - 1))
            content[at] ^= 1 << bit
            file.write_bytes(content)
            for record in self.all:
                record.damaged |= record.file == file.name and record.start <= at < record.end
        self.reopen()

    @rule(data=st.data())
    def lose_position(self, data: st.DataObject) -> None:
        """The reading position is spoilt: records may come again, none is left out."""
        self.crash()
        position = self.folder / "position"
        content = bytearray(position.read_bytes())
        content[data.draw(st.sampled_from([*range(60), *range(4096, 4156)]))] ^= 1 << data.draw(st.integers(0, 7))
        position.write_bytes(content[: data.draw(st.sampled_from([0, 30, 4096, 4100, 8192]))])
        self.spool = self.open()
        whole = list(self.all)
        while self.all and self.all[-1].damaged:
            self.all.pop()
        sound = [n for n, record in enumerate(self.all) if not record.damaged]
        oldest = self.spool.oldest()
        again = [n for n in sound if self.all[n].body == oldest and n <= self.passed + self.leading_damage()]
        if oldest is None:
            assert not any(n >= self.passed for n in sound)
            self.passed = len(self.all)
        else:
            assert again
            # Equal bodies: the count says which of them it is.
            self.all, self.passed = next(
                (every, n) for every in (self.all, whole) for n in again if len(every) - n == self.spool.records
            )

    def leading_damage(self) -> int:
        return next((n for n, record in enumerate(self.waiting) if not record.damaged), len(self.waiting))

    @invariant()
    def counts(self) -> None:
        """The counts are right."""
        assert self.spool.records == len(self.waiting)
        assert self.spool.readings == sum(record.readings for record in self.waiting)
        assert self.spool.size == sum(file.stat().st_size for file in self.folder.glob("*.spool*"))


SpoolMachine.TestCase.settings = settings(
    max_examples=40, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


class TestSpoolModel(SpoolMachine.TestCase):  # type: ignore[name-defined,misc]
    """Everything appended and not damaged comes out, in order; nothing else does."""
