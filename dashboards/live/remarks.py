"""Remarks of the onboarding as sentences."""

from dashboards.live.words import Words
from parkwatt.onboarding import Remark


def said(words: Words, remark: Remark) -> str:
    """A remark in the words' language; in English where the catalogue does not know it."""
    key = f"teach.remark.{remark.code}"
    return words(key, **remark.values) if words.has(key) else remark.detail or remark.code
