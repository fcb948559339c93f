"""Remarks as sentences."""

from dashboards.live.words import Words
from parkwatt.onboarding import Remark


def said(words: Words, remark: Remark, *, of: str = "teach") -> str:
    """A remark in the words' language; in English where the catalogue does not know it.

    Args:
        words: what to say it in.
        remark: what to say.
        of: the part of the catalogue that has its text.
    """
    key = f"{of}.remark.{remark.code}"
    return words(key, **remark.values) if words.has(key) else remark.detail or remark.code
