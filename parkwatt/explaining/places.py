"""Where records stand in a park's files: file and line."""

from pathlib import Path

from parkwatt.park.load import records_of
from parkwatt.park.mistakes import ParkFileError
from parkwatt.park.sections import section_of
from parkwatt.park.strict import Strict


class ParkPlaces:
    """Says where records stand; the files are read when somebody first asks."""

    def __init__(self, park_file: Path) -> None:
        """Of the park file and what lies beside it."""
        self._path = park_file
        self._known: dict[str, list[tuple[Strict, str]]] = {}

    def __call__(self, record: Strict) -> str:
        """File and line of a record; empty where it stands in none, or the files have mistakes by now."""
        section = section_of(record)
        if section not in self._known:
            self._known[section] = self._read(section)
        return next((place for known, place in self._known[section] if known == record), "")

    def _read(self, section: str) -> list[tuple[Strict, str]]:
        try:
            found = records_of(self._path, section)
        except (ParkFileError, OSError):
            return []
        return [(record, f"{Path(said.place.file).name}:{said.place.line}") for said, record in found]
