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
from parkwatt.park import Mistake, Park, ParkFileError
from parkwatt.park.load import load_park, park_file


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


def read(path: Path) -> Configuration:
    """Everything that a park's folder says, as it is now.

    Raises:
        ConfigurationError: if it has mistakes.
    """
    models = read_models(path)
    try:
        return Configuration(load_park(path, devices=device_names(models)), models)
    except ParkFileError as error:
        raise ConfigurationError(error.mistakes) from error
