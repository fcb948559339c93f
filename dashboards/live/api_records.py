"""`/api/v1/records/{section}`: records that people enter go into the park file, are taken back and withdrawn."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, Path
from pydantic import BaseModel, Field

from dashboards.live.context import Context
from dashboards.live.remarks import said
from dashboards.live.words import LANGUAGES, Language, Words
from parkwatt.onboarding import Remark
from parkwatt.park.changes import Change
from parkwatt.park.mistakes import Mistake, Place
from parkwatt.park.records import build
from parkwatt.park.sections import SECTIONS
from parkwatt.park.source import Record, Value
from parkwatt.park.strict import Strict
from parkwatt.readings import to_iso
from parkwatt.recording import RecordError, Recording

_WITHOUT = frozenset({"enterprises", "meters", "locks"})
"""Sections that are changed in ways of their own."""
_STATUS = {
    "no_change": HTTPStatus.NOT_FOUND,
    "changed": HTTPStatus.CONFLICT,
    "not_written": HTTPStatus.INSUFFICIENT_STORAGE,
}
_REFUSED: dict[int | str, dict[str, object]] = {
    404: {"description": "No such section or change, or no park file to write."},
    409: {"description": "The file was changed meanwhile, or there is no such record."},
    422: {"description": "It does not fit; `detail.text` says why."},
    507: {"description": "The park's files cannot be written."},
}
_Section = Annotated[str, Path(description="Section of the park file, for example `output`.")]
_Values = Annotated[dict[str, str | float | bool | None], Body(description="The record, by the keys of the park file.")]


class RecordChange(BaseModel):
    """A record that was written into the park file."""

    id: str = Field(description="To take it back.")
    time: str
    section: str
    file: str
    line: int
    text: str

    @classmethod
    def of(cls, change: Change) -> "RecordChange":
        """Of a change."""
        known = {name: getattr(change, name) for name in ("id", "section", "file", "line", "text")}
        return cls(time=to_iso(change.time), **known)


def record_routes(context: Context) -> APIRouter:
    """The routes that write records."""
    router = APIRouter(prefix="/records", tags=["records"], responses=_REFUSED)

    @router.get("/{section}/changes", summary="What was added here and still stands, the newest first")
    def changes(section: _Section) -> dict[str, list[RecordChange]]:
        _model(section)
        return {"changes": [RecordChange.of(change) for change in recording_of(context).changes(section)]}

    @router.post("/{section}", status_code=201, summary="Add a record to the park file")
    def add(section: _Section, values: _Values, lang: Language = "en") -> RecordChange:
        """Adds a line and changes none; the park counts with it from then on."""
        record = record_of(section, values, Words(lang))
        try:
            return RecordChange.of(recording_of(context).add(record))
        except RecordError as error:
            raise refusal(error, Words(lang)) from error

    @router.post("/{section}/withdraw", summary="Say that a record counts no longer")
    def withdraw(section: _Section, values: _Values, lang: Language = "en") -> dict[str, bool]:
        """The line stays, and says `withdrawn`."""
        record = record_of(section, values, Words(lang))
        try:
            recording_of(context).withdraw(record)
        except RecordError as error:
            raise refusal(error, Words(lang)) from error
        return {"withdrawn": True}

    @router.post("/{section}/changes/{change}/undo", summary="Take an added record out again")
    def undo(section: _Section, change: str, lang: Language = "en") -> RecordChange:
        """Takes out the lines that were added; what others changed elsewhere in the file stays."""
        _model(section)
        try:
            return RecordChange.of(recording_of(context).take_back(change))
        except RecordError as error:
            raise refusal(error, Words(lang)) from error

    return router


def recording_of(context: Context) -> Recording:
    """What writes records here.

    Raises:
        HTTPException: 404 where there is no park file to write.
    """
    if context.recording is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, "this process has no park file to write")
    return context.recording


def _model(section: str) -> type[Strict]:
    if section not in SECTIONS or section in _WITHOUT:
        known = ", ".join(name for name in SECTIONS if name not in _WITHOUT)
        raise HTTPException(HTTPStatus.NOT_FOUND, f"{section!r} is no section that can be written here; use {known}")
    return SECTIONS[section]


def record_of(section: str, values: dict[str, str | float | bool | None], words: Words) -> Strict:
    """The record that somebody means.

    Raises:
        HTTPException: 404 for another section, 422 if it is none.
    """
    model = _model(section)
    told: dict[str, Value] = {key: _text(value) for key, value in values.items() if value is not None and value != ""}
    spoken: dict[str, Value] = {
        language: told.pop(f"name_{language}") for language in LANGUAGES if f"name_{language}" in told
    }
    mistakes: list[Mistake] = []
    record = build(model, Record(told | ({"name": spoken} if spoken else {}), Place(section)), mistakes)
    if record is None:
        text = "; ".join(f"{mistake.what}; {mistake.way_out}" for mistake in mistakes)
        remark = Remark("record", text, {"text": text})
        raise refusal(RecordError(remark), words)
    return record


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else str(value).strip()


def refusal(error: RecordError, words: Words) -> HTTPException:
    """A refusal as an answer, in the language of the words."""
    status = _STATUS.get(error.remark.code, HTTPStatus.UNPROCESSABLE_ENTITY)
    detail = {"code": error.remark.code, "text": said(words, error.remark, of="records"), "lines": error.lines}
    return HTTPException(status, detail)
