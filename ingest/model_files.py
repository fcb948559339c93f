"""Device models that were taught on the page: one YAML file each, in the folder `devices` beside the park file.

Errors:
    NameTakenError    a file or model of this name is there already; another name helps
"""

import os
from pathlib import Path

from ingest.devices.load import load_model
from ingest.formats.model import DeviceModel

_MARK = "# Taught on the page of Parkwatt, "


class NameTakenError(Exception):
    """A file or model of this name is there already; another name helps."""


class ModelFiles:
    """Writes models into a folder and puts them aside again.

    Attributes:
        folder: made when the first model is written.
    """

    def __init__(self, folder: Path) -> None:
        """Remember the folder."""
        self.folder = folder

    def path(self, name: str) -> Path:
        """The file of a model."""
        return self.folder / f"{name}.yaml"

    def is_taken(self, name: str) -> bool:
        """Whether there is a file for a model of this name."""
        return any((self.folder / f"{name}{ending}").exists() for ending in (".yaml", ".yml"))

    def write(self, name: str, text: str, *, learnt_from: str) -> DeviceModel:
        """Write a model, and check the file and its examples before it stands; never over another.

        Args:
            name: of the model.
            text: its YAML.
            learnt_from: the topic, for whoever opens the file.

        Raises:
            NameTakenError: if there is such a file.
            DeviceModelError: if the file has mistakes; then it does not stand.
            OSError: if it cannot be written.
        """
        if self.is_taken(name):
            raise NameTakenError(name)
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f".{name}.part"
        try:
            with draft.open("w", encoding="utf-8") as file:
                file.write(f"{_MARK}from messages on {learnt_from!r}.\n{text}")
                file.flush()
                os.fsync(file.fileno())
            model = load_model(draft)
            self.path(name).hardlink_to(draft)
        except FileExistsError as error:
            raise NameTakenError(name) from error
        finally:
            draft.unlink(missing_ok=True)
        return model

    def was_taught(self, name: str) -> bool:
        """Whether a model was written here."""
        if not name.isidentifier():
            return False
        try:
            with self.path(name).open(encoding="utf-8") as file:
                return file.readline().startswith(_MARK)
        except (OSError, UnicodeDecodeError):
            return False

    def put_aside(self, name: str) -> Path:
        """Move a model's file to a name under which it is not read; where it is now.

        Raises:
            OSError: if it cannot be moved.
        """
        number = 1
        while (aside := self.folder / f"{name}.yaml.removed-{number}").exists():
            number += 1
        return self.path(name).rename(aside)

    def put_back(self, name: str, aside: Path) -> None:
        """Undo `put_aside`.

        Raises:
            OSError: if it cannot be moved.
        """
        aside.rename(self.path(name))
