"""Which device model reads the messages of one topic; found out once, then remembered with the topic."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ingest.formats.compiled import CompiledModel
from ingest.formats.found import Contents, UnreadableError
from ingest.formats.message import Message
from ingest.formats.payloads import json_tree, plain_text
from ingest.formats.topics import LONGEST

_UNKNOWN = (
    "topic and payload match no device model; name the meter's topic and device in the park file, "
    "or write a device model for it (docs/devices.md)"
)
_NOTHING = Contents([], [])


class _Candidate(NamedTuple):
    """A model that may read a topic, with the placeholders it found there."""

    model: CompiledModel
    names: Mapping[str, str]


class Recognition:
    """Reads the messages of one topic with the first model that knows them.

    A topic usually speaks one format: the model that matched last is asked first.
    """

    def __init__(self, models: Sequence[CompiledModel], topic: str, device: str | None) -> None:
        """Find the models for a topic; `device` is the one that the park file names, which is then the only one."""
        self._too_long = len(topic) > LONGEST
        self._fallback = topic[:LONGEST].replace("/", ".").strip(".")
        self._unknown_device: str | None = None
        self._candidates: list[_Candidate] = []
        self._silent = False
        if device is None:
            for model in models:
                names = model.names_on(topic)
                if names is not None:
                    self._candidates.append(_Candidate(model, names))
            self._silent = not self._candidates and any(model.silent_on(topic) for model in models)
            return
        for model in models:
            if model.name == device:
                self._candidates.append(_Candidate(model, model.names_on(topic) or {}))
                self._silent = model.silent_on(topic)
        if not self._candidates:
            self._unknown_device = device

    def read(self, message: Message) -> Contents:
        """What a message says.

        Raises:
            UnreadableError: if no model knows it.
        """
        if self._silent:
            return _NOTHING
        if self._too_long:
            reason = f"topic has {len(message.topic)} characters; a meter's topic has at most {LONGEST}"
            raise UnreadableError(reason)
        if self._unknown_device is not None:
            reason = f"device model {self._unknown_device!r} of the park file is not known; check its name"
            raise UnreadableError(reason)
        contents = self._scalar(message)
        if contents is None:
            contents = self._json(message)
        if contents is None:
            raise UnreadableError(_UNKNOWN)
        return contents

    def _scalar(self, message: Message) -> Contents | None:
        readers = [c for c in self._candidates if c.model.payload == "scalar"]
        if not readers or len(message.payload) > 64:
            return None
        text = plain_text(message.payload)
        for model, names in readers:
            contents = model.scalar(text, names, self._fallback)
            if contents is not None:
                return contents
        return None

    def _json(self, message: Message) -> Contents | None:
        candidates = self._candidates
        tree: Any = None
        for i, (model, names) in enumerate(candidates):
            if model.payload != "json":
                continue
            if tree is None:
                tree = json_tree(message.payload)
            if model.matches(tree):
                if i:
                    candidates.insert(0, candidates.pop(i))
                return model.read(tree, names, self._fallback)
        return None
