"""What is sent and answered where meters are adopted and changes are taken back."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from dashboards.live.answers_inbox import RemarkAnswer
from dashboards.live.remarks import said
from dashboards.live.words import Words
from parkwatt.adoption import Adopted, AdoptionError, Draft, Wish
from parkwatt.onboarding import Remark
from parkwatt.park.changes import Change
from parkwatt.readings import to_iso

_Text = Annotated[str, Field(max_length=200)]
_Number = float | Annotated[str, Field(max_length=40)]


class NameBody(BaseModel, extra="forbid"):
    """What a meter is called."""

    en: _Text = ""
    zh: _Text = ""


class AdoptBody(BaseModel, extra="forbid"):
    """A meter as it shall stand in the park file; what is left out or empty takes its default."""

    id: _Text | None = Field(None, description="Its id in Parkwatt; none for its id on the wire.")
    name: NameBody = NameBody()
    enterprise: _Text | None = Field(None, description="Id of the enterprise; none for the park's own.")
    carrier: _Text | None = Field(None, description="What flows through it; required but for the role production.")
    role: _Text | None = None
    parent: _Text | None = Field(None, description="Id of the meter just upstream of it; none at the top.")
    domain: _Text | None = None
    ct: _Number | None = Field(None, description="Current transformer ratio, primary per secondary.")
    pt: _Number | None = Field(None, description="Voltage transformer ratio, primary per secondary.")
    register_digits: _Number | None = Field(None, description="Digits before the register rolls over to zero.")
    mounted: Literal["forward", "reverse"] | None = None
    product_unit: _Text | None = Field(None, description="What its `production` counts: t, cells.")
    version: _Text | None = Field(
        None, description="`version` of the preview that was seen: refused with 409 if the file was changed since."
    )

    def wish(self, meter: str) -> Wish:
        """What is wanted of a meter on the wire."""
        given = self.model_dump(exclude={"name", "version", "id"}, exclude_none=True)
        values = {
            column: f"{value:.15g}" if isinstance(value, float) else str(value) for column, value in given.items()
        }
        values |= {f"name_{language}": text for language, text in self.name.model_dump().items()}
        return Wish(meter, {"id": meter if self.id is None else self.id, **values})


def remark_answer(remark: Remark, words: Words) -> RemarkAnswer:
    """A remark in the language of the words."""
    return RemarkAnswer(code=remark.code, text=said(words, remark, of="adopt"))


class DraftAnswer(BaseModel):
    """What would be written."""

    file: str
    line: int = Field(description="Where the text would begin, the first line is 1.")
    text: str
    version: str = Field(description="To be sent with the adoption.")
    remarks: list[RemarkAnswer]

    @classmethod
    def of(cls, draft: Draft, words: Words) -> "DraftAnswer":
        """Of a draft."""
        remarks = [remark_answer(remark, words) for remark in draft.history]
        return cls(file=draft.file, line=draft.line, text=draft.text, version=draft.version, remarks=remarks)


class ChangeAnswer(BaseModel):
    """A change of the park's files that was made here and stands."""

    id: str
    time: str
    meter: str
    wire_meter: str
    file: str
    line: int
    text: str

    @classmethod
    def of(cls, change: Change) -> "ChangeAnswer":
        """Of a change."""
        return cls(
            id=change.id,
            time=to_iso(change.time),
            meter=change.meter,
            wire_meter=change.wire_meter,
            file=change.file,
            line=change.line,
            text=change.text,
        )


class AdoptedAnswer(BaseModel):
    """What was done."""

    change: ChangeAnswer
    series_moved: int = Field(description="Series whose readings went along to the meter's new id.")
    remarks: list[RemarkAnswer]

    @classmethod
    def of(cls, adopted: Adopted, words: Words) -> "AdoptedAnswer":
        """Of an adoption, or of one that was taken back."""
        remarks = [remark_answer(remark, words) for remark in adopted.remarks]
        return cls(change=ChangeAnswer.of(adopted.change), series_moved=adopted.moved, remarks=remarks)


class AdoptionRefusal(BaseModel):
    """Why nothing was done."""

    code: str
    text: str
    fields: dict[str, RemarkAnswer] = Field(description="What is wrong with single values.")
    lines: str = Field(description="What to add or to remove by hand.")

    @classmethod
    def of(cls, error: AdoptionError, words: Words) -> "AdoptionRefusal":
        """Of a refusal."""
        remark = error.remark or Remark("fields", "some values do not fit")
        fields = {column: remark_answer(one, words) for column, one in error.fields.items()}
        answer = remark_answer(remark, words)
        return cls(code=answer.code, text=answer.text, fields=fields, lines=error.lines)


class PreviewAnswer(BaseModel):
    """What would be written, or why nothing can be."""

    draft: DraftAnswer | None = None
    refusal: AdoptionRefusal | None = None
