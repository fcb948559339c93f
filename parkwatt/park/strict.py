"""What every part of the park file is made on: unknown keys are mistakes, and what was read does not change."""

from pydantic import BaseModel, ConfigDict


class Strict(BaseModel):
    """A part of the park file: unknown keys are mistakes, and what was read does not change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Name(Strict):
    """A name in the two languages of the product.

    Attributes:
        en: in English.
        zh: in Chinese.
    """

    en: str = ""
    zh: str = ""

    def in_language(self, language: str) -> str:
        """The name in `en` or `zh`; the other one where this one is missing."""
        return (self.zh or self.en) if language == "zh" else (self.en or self.zh)
