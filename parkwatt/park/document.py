"""park.yaml as records: every value as text, every key with its line and column."""

from collections.abc import Iterator
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from parkwatt.park.mistakes import Mistake, Place
from parkwatt.park.source import Drafts, Location, Record, Value, contents, decode

DEEPEST = 4
"""No key of the park file stands deeper; what does is never looked at, so a circle of aliases does no harm."""

NULL = "tag:yaml.org,2002:null"
"""The tag of a value that was left empty."""

_MERGE = "tag:yaml.org,2002:merge"


class Document:
    """A YAML file as composed nodes, and the mistakes found on the way.

    Attributes:
        file: path as it was given.
        root: the outermost mapping; None if there is none to work with.
        mistakes: what is wrong with the file as YAML.
    """

    def __init__(self, path: Path, drafts: Drafts) -> None:
        """Read and compose the file, or its draft."""
        self.file = str(path)
        self.mistakes: list[Mistake] = []
        self.root = self._mapping(self._compose(path, drafts))

    def _compose(self, path: Path, drafts: Drafts) -> Node | None:
        start = Place(self.file)
        try:
            text = decode(contents(path, drafts))
        except UnicodeDecodeError:
            self.mistakes.append(start.mistake("the file is not text", "save it as UTF-8"))
            return None
        except OSError as error:
            what = f"the file cannot be read ({error.strerror})"
            self.mistakes.append(start.mistake(what, "check the path; `parkwatt new DIR` makes a park to start from"))
            return None
        try:
            node: Node | None = YAML(pure=True).compose(text)
        except MarkedYAMLError as error:
            self.mistakes.append(self._syntax_mistake(error))
            return None
        except YAMLError as error:
            self.mistakes.append(start.mistake(f"not YAML: {error}".replace("\n", " "), "remove that character"))
            return None
        if node is None:
            self.mistakes.append(start.mistake("the file is empty", "`parkwatt new DIR` makes a park to start from"))
        return node

    def _syntax_mistake(self, error: MarkedYAMLError) -> Mistake:
        mark = error.problem_mark or error.context_mark
        place = Place(self.file) if mark is None else Place(self.file, mark.line + 1, mark.column + 1)
        what = " ".join(f"not YAML: {error.problem or error.context}".split())
        return place.mistake(what, "check indentation, colons, quotes and brackets here and in the line above")

    def _mapping(self, node: Node | None) -> MappingNode | None:
        if node is None or isinstance(node, MappingNode):
            return node
        what = "the file does not begin with keys"
        self.mistakes.append(self.place(node).mistake(what, "write the keys park:, enterprises: and meters:"))
        return None

    def place(self, node: Node) -> Place:
        """Where a node begins."""
        return Place(self.file, node.start_mark.line + 1, node.start_mark.column + 1)

    def entries(self, mapping: MappingNode) -> Iterator[tuple[str, Place, Node]]:
        """The keys of a mapping with their values: its own first, then those merged in with `<<`."""
        seen: dict[str, Place] = {}
        merged: list[MappingNode] = []
        for key, value in mapping.value:
            if key.tag == _MERGE:
                several = value.value if isinstance(value, SequenceNode) else [value]
                merged += [m for m in several if isinstance(m, MappingNode)]
                continue
            place = self.place(key)
            if not isinstance(key, ScalarNode):
                self.mistakes.append(place.mistake("a key is not a text", "write a name before the colon"))
            elif key.value in seen:
                what = f"key {key.value!r} stands twice, first in line {seen[key.value].line}"
                self.mistakes.append(place.mistake(what, "remove one of them"))
            else:
                seen[key.value] = place
                yield key.value, place, value
        for other in merged:
            for key, value in other.value:
                if isinstance(key, ScalarNode) and key.value not in seen and key.tag != _MERGE:
                    seen[key.value] = self.place(key)
                    yield key.value, seen[key.value], value

    def record(self, mapping: MappingNode) -> Record:
        """A mapping with everything in it as text."""
        places: dict[Location, Place] = {}
        values = self._values(mapping, (), places)
        return Record(values, self.place(mapping), places)

    def _values(self, mapping: MappingNode, way: Location, places: dict[Location, Place]) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key, place, node in self.entries(mapping):
            places[*way, key] = place
            value = self._value(node, (*way, key), places)
            if value is not None:
                values[key] = value
        return values

    def _value(self, node: Node, way: Location, places: dict[Location, Place]) -> Value | None:
        if isinstance(node, ScalarNode):
            return None if node.tag == NULL else str(node.value)
        if len(way) >= DEEPEST:
            return ""
        if isinstance(node, MappingNode):
            return self._values(node, way, places)
        items = (self._value(item, (*way, index), places) for index, item in enumerate(node.value))
        return [item for item in items if item is not None]
