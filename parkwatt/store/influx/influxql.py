"""Names, texts and conditions in InfluxQL, so written that they are taken for just what they are."""

from collections.abc import Sequence


def quoted(text: str) -> str:
    """A string in InfluxQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def named(name: str) -> str:
    """An identifier in InfluxQL."""
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def any_of(tag: str, values: Sequence[str], *, exactly: bool = False) -> str:
    """The condition that a tag has one of some values.

    Args:
        tag: its name.
        values: at least one; one that ends in `*` stands for all that begin so.
        exactly: take `*` for what it is.
    """
    parts = [
        f"{tag} = {quoted(value)}" if exactly or not value.endswith("*") else f"{tag} =~ /^{_pattern(value[:-1])}/"
        for value in values
    ]
    return f"({' OR '.join(parts)})"


def _pattern(text: str) -> str:
    """Text as a regular expression that matches just it; by numbers: InfluxQL reads an escaped backslash otherwise."""
    return "".join(c if c.isalnum() or c in "_-" or not c.isascii() else f"\\x{ord(c):02x}" for c in text)
