"""A park folder to start from."""

from importlib.resources import as_file, files
from pathlib import Path
from shutil import copyfile

from parkwatt.park.load import FILE_NAME


class NewParkError(Exception):
    """The folder cannot be made; trying again helps with another folder or template."""


def templates() -> tuple[str, ...]:
    """Names of the templates that a park can start from."""
    return tuple(sorted(entry.name for entry in (files("parkwatt.park") / "template").iterdir() if entry.is_dir()))


def new_park(folder: Path, *, template: str = "industrial-park") -> Path:
    """Write a commented park file, its tables and its schema into a folder.

    Args:
        folder: made if it is not there; one that has something in it is left alone.
        template: a name in `templates`.

    Returns:
        The park file.

    Raises:
        NewParkError: if there is no such template, or the folder is not empty or cannot be written.
    """
    if template not in templates():
        message = f"there is no template {template!r}; use one of {', '.join(templates())}"
        raise NewParkError(message)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            message = f"{folder} is not empty; name a new folder"
            raise NewParkError(message)
        with as_file(files("parkwatt.park") / "template" / template) as source:
            for file in sorted(source.iterdir()):
                copyfile(file, folder / file.name)
    except OSError as error:
        message = f"{folder} cannot be written ({error.strerror}); name another folder"
        raise NewParkError(message) from error
    return folder / FILE_NAME
