"""What an enterprise does, by its code of GB/T 4754-2017."""

from dashboards.live.edition import Edition


def sector_name(edition: Edition, code: str) -> str:
    """The name of a sector's division, for example of C38 where the code is C3841; the code where it has no text."""
    key = f"sector.{code[:3]}"
    return edition.words(key) if edition.words.has(key) else code
