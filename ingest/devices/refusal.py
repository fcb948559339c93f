"""Why a device model reads nothing in a message: topic, payload, condition or values, whichever do not fit."""

from collections.abc import Iterator, Sequence
from datetime import UTC

from ingest.formats.compiled import CompiledModel
from ingest.formats.found import UnreadableError
from ingest.formats.message import Message
from ingest.formats.model import DeviceModel
from ingest.formats.numbers import shortened
from ingest.formats.parsing import Parsed
from ingest.formats.topics import TopicPattern


def refusal(model: DeviceModel, message: Message) -> str:
    """What does not fit, each in a sentence; that there is no field to read where everything does."""
    compiled = CompiledModel(model, UTC)
    unfit = "; ".join((*_topic(compiled, message.topic), *_payload(compiled, message)))
    if unfit:
        return unfit
    if model.by_leaf:
        return "value: it is no number, or says that there is none"
    if model.least > 1:
        return f"value: less is understood than `least` asks for: {model.least}"
    return "value: no field stands in the message; it has nothing to read, which is no error"


def _topic(compiled: CompiledModel, topic: str) -> Iterator[str]:
    if compiled.names_on(topic) is not None:
        return
    model, said = compiled.model, shortened(topic)
    for key, patterns in (("nothing", model.nothing), ("others", model.others)):
        if _on(patterns, topic):
            yield f"topic: {said} is one of `{key}`"
            return
    names = _on(model.topics, topic)
    if names:
        yield f"topic: no field is called {names[0].get('leaf', '')!r}, as {{leaf}} is here"
    else:
        yield f"topic: {said} fits none of {', '.join(model.topics)}"


def _on(patterns: Sequence[str], topic: str) -> list[dict[str, str]]:
    """The placeholders of a topic, by each of the patterns that it fits."""
    return [dict(names) for names in (TopicPattern(text).match(topic) for text in patterns) if names is not None]


def _payload(compiled: CompiledModel, message: Message) -> Iterator[str]:
    model = compiled.model
    if not message.payload:
        yield "payload: it is empty"
        return
    try:
        tree = Parsed(message).tree(model.payload, model.columns)
    except UnreadableError as error:
        yield f"payload: {error}"
        return
    if not compiled.matches(tree):
        yield f'when: "{model.when}" does not hold'
