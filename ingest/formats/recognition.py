"""Which device model reads the messages of one topic; found out once, then remembered with the topic."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ingest.formats.compiled import CompiledModel
from ingest.formats.describing import Told
from ingest.formats.found import Contents, UnreadableError
from ingest.formats.home_assistant import Discovery
from ingest.formats.interpretation import Circumstances, CodecOf
from ingest.formats.message import Message
from ingest.formats.parsing import Parsed
from ingest.formats.topics import LONGEST

NO_MODEL = (
    "topic and payload match no device model; say in the inbox what it means, name the meter's topic and device in the "
    "park file, or write a device model for it (docs/devices.md)"
)
"""Why a message is kept that no model reads."""

_COMPUTED = (
    "the device says to Home Assistant how to compute a value of this message, by a template that is not understood; "
    "say in the inbox what it means, or write a device model for it (docs/devices.md)"
)
_NOTHING = Contents([], [])


class _Candidate(NamedTuple):
    """A model that may read a topic, with the placeholders it found there."""

    model: CompiledModel
    around: Circumstances


class Learnt(NamedTuple):
    """What a decoder knows beside its models.

    Attributes:
        told: what devices said about topics.
        discovery: what devices said to Home Assistant.
        codec_of: finds the codec of a raw frame.
    """

    told: Mapping[str, Told]
    discovery: Discovery
    codec_of: CodecOf


class Recognition:
    """Reads the messages of one topic with the first model that knows them.

    A topic usually speaks one format: the model that matched last is asked first.
    """

    def __init__(
        self,
        models: Sequence[CompiledModel],
        topic: str,
        *,
        device: str | None,
        learnt: Learnt,
    ) -> None:
        """Find the models for a topic.

        Args:
            models: in the order in which they are asked.
            topic: of the messages.
            device: the model that the park file names, which is then the only one; one for raw frames leaves open
                which network server they come from.
            learnt: what the decoder knows beside its models.
        """
        self._learnt = learnt
        self._too_long = len(topic) > LONGEST
        self._fallback = topic[:LONGEST].replace("/", ".").strip(".")
        self._unknown_device: str | None = None
        self._candidates: list[_Candidate] = []
        self._silent, self._firm = False, 0
        named = [model for model in models if model.name == device]
        if named and named[0].codec is not None:
            device = None
        if device is None:
            for model in sorted(models, key=lambda m: (m.model.catch_all, m.model.least)):
                names = model.names_on(topic)
                if names is not None:
                    self._candidates.append(_Candidate(model, Circumstances(names, self._fallback, learnt.codec_of)))
            self._firm = sum(not c.model.model.catch_all for c in self._candidates)
            self._silent = any(model.silent_on(topic) for model in models)
            return
        for model in named:
            names = model.names_on(topic)
            self._silent = names is None and model.silent_on(topic)
            if names is not None or model.model.payload != "scalar":
                self._candidates.append(_Candidate(model, Circumstances(names or {}, self._fallback, learnt.codec_of)))
        if not named:
            self._unknown_device = device

    def read(self, message: Message) -> Contents:
        """What a message says: by the model that knows it, completed by what its device says of itself.

        Raises:
            UnreadableError: if neither knows it, or the device computes what it means.
        """
        entities = self._learnt.discovery.on(message.topic)
        if not entities:
            return self._by_model(message, self._candidates)
        known = self._if_known(message, self._candidates[: self._firm])
        contents = self._learnt.discovery.complete(entities, message, known or _NOTHING, meter=self._meter())
        if known is not None or contents.found:
            return contents
        if any(entity.find is None for entity in entities):
            raise UnreadableError(_COMPUTED)
        # Last, for a model for any topic knows less than the device that describes itself.
        return self._if_known(message, self._candidates[self._firm :]) or _NOTHING

    def _if_known(self, message: Message, candidates: Sequence[_Candidate]) -> Contents | None:
        try:
            return self._by_model(message, candidates)
        except UnreadableError:
            return None

    def _meter(self) -> str | None:
        """The id that the topic itself holds, as the first model for it has it; None if there is none."""
        for model, around in self._candidates[: self._firm]:
            meter = model.elements.meter(around.names, "")
            if meter:
                return meter
        return None

    def _by_model(self, message: Message, candidates: Sequence[_Candidate]) -> Contents:
        if self._silent and not self._firm:
            return _NOTHING
        self._refuse(message)
        parsed = Parsed(message)
        told = self._learnt.told.get(message.topic)
        reasons: list[str] = []
        for candidate in candidates:
            model, around = candidate
            if self._silent and model.model.catch_all:
                break  # a model that knows the topic says that there is nothing for a model that knows it not
            try:
                tree = parsed.tree(model.model.payload, model.model.columns)
            except UnreadableError as error:
                if not model.model.catch_all:
                    reasons.append(str(error))
                continue
            if not model.matches(tree):
                continue
            contents = model.read(tree, around, told)
            if contents is not None:
                self._prefer(candidate)
                return contents
        if self._silent and not reasons:
            return _NOTHING
        raise UnreadableError(reasons[0] if reasons else NO_MODEL)

    def _refuse(self, message: Message) -> None:
        """Raise what stands against every message of the topic."""
        if self._too_long:
            reason = f"topic has {len(message.topic)} characters; a meter's topic has at most {LONGEST}"
            raise UnreadableError(reason)
        if self._unknown_device is not None:
            reason = f"device model {self._unknown_device!r} of the park file is not known; check its name"
            raise UnreadableError(reason)

    def _prefer(self, candidate: _Candidate) -> None:
        """Ask a model first from now on; one for any topic first among its like."""
        first = self._firm if candidate.model.model.catch_all else 0
        if self._candidates[first] is not candidate:
            self._candidates.remove(candidate)
            self._candidates.insert(first, candidate)
