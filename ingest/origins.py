"""Finds the kept message that a reading was read from, by reading the batch that it came with again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.origin_fields import origin_of
from ingest.raw import Kept, RawFolder
from ingest.raw.decoders import Recipe, UnknownDecoderError
from ingest.raw.folder import HOUR, Part, batches
from parkwatt.columns import Columns
from parkwatt.explaining.origins import Origin, Wanted
from parkwatt.readings import Millis


class RawOrigins:
    """Finds messages in the raw messages of one or several collectors."""

    def __init__(self, folders: Iterable[RawFolder]) -> None:
        """Of collectors that may be running."""
        self._folders = tuple(folders)

    @classmethod
    def below(cls, folder: Path, park: str) -> "RawOrigins | None":
        """Of all collectors of a park that keep their messages below a folder; None if there is none."""
        name = f"parkwatt-{park}"
        found = sorted(p for p in folder.glob(f"{name}*") if p.name == name or p.name.startswith(f"{name}-"))
        return cls(map(RawFolder, found)) if found else None

    def oldest(self) -> Millis | None:
        """When the oldest kept message arrived [ms]; None if none is kept."""
        known = [oldest for folder in self._folders if (oldest := folder.oldest()) is not None]
        return min(known, default=None)

    def of(self, wanted: Sequence[Wanted]) -> Mapping[Wanted, Origin]:
        """The messages of some readings; one whose message is not kept is left out.

        Raises:
            OSError: the kept messages cannot be read.
        """
        found: dict[Wanted, Origin] = {}
        for folder in self._folders:
            ahead = [one for one in wanted if one not in found]
            if not ahead:
                break
            found |= _Search(folder, ahead).found
        return found


class _Search:
    """One search in the messages of one collector.

    Attributes:
        found: what was found.
    """

    def __init__(self, folder: RawFolder, wanted: Sequence[Wanted]) -> None:
        self.found: dict[Wanted, Origin] = {}
        self._folder = folder
        self._past = folder.journal.all()
        self._by_arrival: dict[Millis, list[Wanted]] = {}
        for one in wanted:
            self._by_arrival.setdefault(one.arrived, []).append(one)
        self._recipes: dict[str, Recipe | None] = {}
        parts = folder.parts()
        near = [part for part in parts if self._may_have(part)]
        seen = self._search(near)
        if len(self.found) < seen and len(near) < len(parts):
            # What devices said of themselves earlier is needed to read these.
            self._search([part for part in parts if part.segment.start <= near[-1].segment.start])

    def _may_have(self, part: Part) -> bool:
        first, last = min(self._by_arrival), max(self._by_arrival)
        return part.segment.start + 2 * HOUR >= first and part.segment.start <= last + HOUR

    def _search(self, parts: Sequence[Part]) -> int:
        """Go through parts; how many of the wanted readings came with batches in them."""
        run: Millis | None = None
        decoders: dict[str, Decoder] = {}
        told: list[Message] = []
        seen = 0
        for kept in self._batches(parts):
            if kept.run != run:
                run, told = kept.run, []
                decoders.clear()
            wanted = self._by_arrival.get(kept.arrived, [])
            seen += len(wanted)
            for checksum in self._read_with(kept):
                recipe = self._recipe(checksum)
                if recipe is None:
                    continue
                if checksum not in decoders:
                    decoders[checksum] = recipe.decoder()
                    decoders[checksum].gather(told)
                self._read(kept, recipe, decoders[checksum], [one for one in wanted if one not in self.found])
            told += [message for message in kept.messages if any(d.tells(message.topic) for d in decoders.values())]
        return seen

    def _batches(self, parts: Sequence[Part]) -> Iterator[Kept]:
        yield from self._folder.carried()
        for part in parts:
            yield from batches(part)

    def _read_with(self, kept: Kept) -> list[str]:
        """The decoders that ever read a batch, the last first."""
        replays = [past.decoder for past in reversed(self._past) if past.covers(kept.arrived)]
        return list(dict.fromkeys((*replays, kept.decoder)))

    def _read(self, kept: Kept, recipe: Recipe, decoder: Decoder, wanted: Sequence[Wanted]) -> None:
        """Read a batch message by message if something in it is wanted, else what tells how others are to be read."""
        for message in kept.messages:
            if not wanted and not decoder.tells(message.topic):
                continue
            columns = decoder.gather([message]).columns()
            for one in wanted:
                if _has(columns, one):
                    self.found[one] = origin_of(recipe, message, one)

    def _recipe(self, checksum: str) -> Recipe | None:
        if checksum not in self._recipes:
            try:
                self._recipes[checksum] = self._folder.decoders.recipe(checksum)
            except UnknownDecoderError:
                self._recipes[checksum] = None
        return self._recipes[checksum]


def _has(columns: Columns, wanted: Wanted) -> bool:
    number = columns.index.find(wanted.key)
    if number is None:
        return False
    same = (columns.series == number) & (columns.time == wanted.time) & (columns.value == wanted.value)
    return bool(np.any(same))
