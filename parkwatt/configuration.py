"""What a park's folder says: the park, and the device models that its messages are read with.

Errors:
    ConfigurationError    files have mistakes; trying again helps once they are corrected
"""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from ingest.devices import DeviceModelError, load_models
from ingest.formats.decoder import BUILT_IN
from ingest.formats.model import DeviceModel
from parkwatt.accounting.factors.asked import ids, is_asked_for
from parkwatt.park import Mistake, Park, ParkFileError
from parkwatt.park.load import check, load_park, park_file, records_of
from parkwatt.park.mistakes import suggestion


class ConfigurationError(ValueError):
    """Files of the park have mistakes, all of them in `mistakes`; trying again helps once they are corrected."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        """Keep the mistakes, one line each in the text of the error."""
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(map(str, self.mistakes)))


class Configuration(NamedTuple):
    """A park and how its messages are read."""

    park: Park
    models: tuple[DeviceModel, ...]


def own_models(path: Path) -> Path:
    """The folder with a park's own device models: `devices` beside its park file."""
    return park_file(path).parent / "devices"


def read_models(path: Path | None) -> tuple[DeviceModel, ...]:
    """The device models that ship, and the park's own.

    Raises:
        ConfigurationError: if one has mistakes.
    """
    own = None if path is None else own_models(path)
    try:
        return tuple(load_models(own if own is not None and own.is_dir() else None))
    except DeviceModelError as error:
        raise ConfigurationError(error.mistakes) from error


def device_names(models: Collection[DeviceModel]) -> set[str]:
    """What a meter's `device` may be."""
    return {*BUILT_IN, *(model.name for model in models)}


def mistakes(path: Path, models: Collection[DeviceModel]) -> list[Mistake]:
    """All mistakes in a park file, in the order of its lines; the factors are looked at once the rest is right."""
    return check(path, devices=device_names(models)) or _factors_without_effect(path)


def park_of(path: Path, models: Collection[DeviceModel]) -> Park:
    """The park that a park file describes.

    Raises:
        ParkFileError: if there are mistakes; it carries all of them.
    """
    park = load_park(path, devices=device_names(models))
    if park.factors and (found := _factors_without_effect(path)):
        raise ParkFileError(found)
    return park


def _factors_without_effect(path: Path) -> list[Mistake]:
    """Factors of a park's own that no figure rests on, most likely misspelt."""
    found = []
    for record, _ in records_of(path, "factors"):
        factor_id = record.text("id") or ""
        if not is_asked_for(factor_id):
            way_out = suggestion(factor_id, ids(), otherwise="docs/carbon.md says how ids are made")
            found.append(record.where(("id",)).mistake(f"no figure rests on a factor {factor_id!r}", way_out))
    return found


def read(path: Path) -> Configuration:
    """Everything that a park's folder says, as it is now.

    Raises:
        ConfigurationError: if it has mistakes.
    """
    models = read_models(path)
    try:
        return Configuration(park_of(path, models), models)
    except ParkFileError as error:
        raise ConfigurationError(error.mistakes) from error
