"""Which topics a replay is about: those of a device model, or those that topic filters match."""

from collections.abc import Callable, Iterable, Sequence

from ingest.formats.model import DeviceModel
from ingest.formats.topics import FilterTree, TopicPattern
from ingest.raw.decoders import Recipe

Topics = Callable[[str], bool]


def matching(filters: Iterable[str]) -> Topics:
    """Topics that one of some MQTT topic filters matches."""
    tree: FilterTree[None] = FilterTree()
    for topic_filter in filters:
        tree.add(topic_filter, None)
    return lambda topic: bool(tree.find(topic))


def read_by(name: str, recipes: Sequence[Recipe]) -> Topics:
    """Topics whose messages a device model reads, or read at any time, by any version of it and of the park.

    Those are the model's own patterns, and the topics of meters whose `device` it is. A meter that names a device and
    no topic may be on any topic of that device; a model for raw frames is asked by the models of network servers.
    """
    patterns: dict[str, TopicPattern] = {}
    filters: set[str] = set()
    for recipe in recipes:
        model = next((m for m in recipe.models if m.name == name), None)
        own = () if model is None else (*model.topics, *model.nothing, *(t for d in model.describes for t in d.topics))
        texts = (*own, *(_of_servers(recipe.models) if model is not None and model.payload == "frame" else ()))
        patterns |= {text: TopicPattern(text) for text in texts}
        filters |= {m.topic for m in (recipe.park.meters if recipe.park else ()) if m.device == name and m.topic}
    on_filters = matching(filters)
    return lambda topic: on_filters(topic) or any(p.match(topic) is not None for p in patterns.values())


def both(one: Topics | None, other: Topics | None) -> Topics | None:
    """Topics of which both are true; None stands for all topics."""
    if one is None or other is None:
        return one or other
    return lambda topic: one(topic) and other(topic)


def _of_servers(models: Sequence[DeviceModel]) -> list[str]:
    return [text for model in models if model.frame is not None for text in model.topics]
