"""Which device models and which park messages were decoded with: kept beside them, known by their checksum.

A replay has to take back what messages said then, so it has to know how they were read then.
"""

import hashlib
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from parkwatt.park import Park

_SAID_TO_PEOPLE = {"examples", "quirks", "sources"}
_NOT_DECODED_WITH = {
    "name",
    "enterprise",
    "role",
    "parent",
    "domain",
    "register_digits",
    "silent_after",
    "product_unit",
}


class UnknownDecoderError(Exception):
    """Nobody can tell any more how messages were decoded."""


class Recipe(msgspec.Struct, frozen=True):
    """What a decoder is made from.

    Attributes:
        models: device models, in the order in which they are asked.
        park: whose meters the readings belong to; None for none.
    """

    models: tuple[DeviceModel, ...]
    park: Park | None

    def encoded(self) -> bytes:
        """As JSON, without what does not matter to decoding."""
        return msgspec.json.encode(
            {
                "models": [_models_json(model) for model in self.models],
                "park": None if self.park is None else _park_json(self.park),
            },
            order="deterministic",
        )

    @property
    def checksum(self) -> str:
        """What it is known by: two that are alike have the same."""
        return hashlib.sha256(self.encoded()).hexdigest()

    def decoder(self) -> Decoder:
        """A decoder that has heard nothing yet."""
        return Decoder(self.models, self.park)


class Decoders:
    """The decoders of a raw log, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        """Begin; the folder need not be there yet."""
        self._folder = folder

    def note(self, recipe: Recipe) -> str:
        """Keep a recipe; what it is known by.

        Raises:
            OSError: it is not kept.
        """
        encoded = recipe.encoded()
        checksum = hashlib.sha256(encoded).hexdigest()
        path = self._path(checksum)
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            aside = path.with_suffix(".new")
            aside.write_bytes(encoded)
            aside.replace(path)
        return checksum

    def recipe(self, checksum: str) -> Recipe:
        """The recipe that is known by a checksum.

        Raises:
            UnknownDecoderError: if it is not there, or this Parkwatt cannot read it.
        """
        try:
            said = msgspec.json.decode(self._path(checksum).read_bytes())
            models = tuple(DeviceModel.model_validate(model) for model in said["models"])
            return Recipe(models, None if said["park"] is None else Park.model_validate(said["park"]))
        except (OSError, msgspec.MsgspecError, ValidationError, KeyError, TypeError) as error:
            message = f"{self._path(checksum)}: how messages were decoded then cannot be read any more: {error}"
            raise UnknownDecoderError(message) from error

    def all(self) -> list[Recipe]:
        """Every recipe that can be read."""
        found: list[Recipe] = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                found.append(self.recipe(path.stem))
            except UnknownDecoderError:
                continue
        return found

    def _path(self, checksum: str) -> Path:
        return self._folder / f"{checksum}.json"


def _models_json(model: DeviceModel) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True, exclude=_SAID_TO_PEOPLE)


def _park_json(park: Park) -> dict[str, Any]:
    meters = [meter.model_dump(mode="json", exclude_defaults=True, exclude=_NOT_DECODED_WITH) for meter in park.meters]
    return {"id": park.id, "name": {}, "time_zone": park.time_zone, "meters": meters}
