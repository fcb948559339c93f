"""The files that make up a park: the park file, the tables and facts beside it, its device models."""

from collections.abc import Iterator
from pathlib import Path

from parkwatt.park.load import park_file

_SUFFIXES = {".yaml", ".yml", ".csv", ".xlsx"}
_MODELS = "devices"


def park_files(path: Path) -> Iterator[tuple[str, Path]]:
    """The files of a park, each with its path from the park file's folder on.

    Args:
        path: the park file, or its folder.
    """
    main = park_file(path)
    found = {main, *(file for file in main.parent.iterdir() if file.suffix.lower() in _SUFFIXES and file.is_file())}
    models = main.parent / _MODELS
    if models.is_dir():
        found |= {file for file in models.rglob("*") if file.suffix.lower() in _SUFFIXES and file.is_file()}
    for file in sorted(found):
        yield file.relative_to(main.parent).as_posix(), file
