"""Any messages, any models, any park: a replay gives what they would have given at once."""

from contextlib import closing
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as given_any
from hypothesis import strategies as st

from ingest.devices import load_models
from ingest.formats import Message
from ingest.raw.decoders import Recipe
from ingest.replay import Replay
from ingest.rereading import Span
from parkwatt.store.duck import DuckStore
from tests.ingest.raws import Clock
from tests.ingest.replays import collect, collector, held, model, node, park, power, said
from tests.store.readings import START

ALL = Span()
SHIPPED = tuple(m for m in load_models() if m.name == "wirenboard")
TOPICS = ("dev/1", "dev/2", "alt/1", "parkwatt/1/readings", "/devices/wb/controls/Power", "gw/1")
MODELS = st.lists(
    st.builds(
        lambda number, prefix, topics, quantity, factor: model(
            f"m{number}",
            topics=topics,
            meter=prefix + "{meter}",
            fields=[{"path": "p", "quantity": quantity, "factor": factor, "scale": "ct"}],
        ),
        number=st.integers(0, 9),
        prefix=st.sampled_from(["", "x"]),
        topics=st.sampled_from(["dev/{meter}", "alt/{meter}", "{any}/{meter}"]),
        quantity=st.sampled_from(["active_power", "energy_import", "voltage"]),
        factor=st.sampled_from([1, 10]),
    ),
    max_size=2,
    unique_by=lambda m: m.name,
)
METER = st.fixed_dictionaries(
    {"ct": st.sampled_from([1, 40])},
    optional={
        "wire_id": st.sampled_from(["1", "2", "x1", "node", "wb"]),
        "topic": st.sampled_from(["dev/#", "dev/1", "+/1", "gw/1"]),
        "mounted": st.just("reverse"),
    },
)
PARKS = st.lists(METER, max_size=2).map(lambda meters: park(*({"id": f"p{n}", **m} for n, m in enumerate(meters))))
RECIPES = st.builds(
    lambda models, park_, described: Recipe((*models, *(SHIPPED if described else ())), park_),
    MODELS,
    st.none() | PARKS,
    st.booleans(),
)


def _message(kind: str, topic: str, number: int, value: int, measured: int) -> Message:
    box = "/devices/wb/controls/Power"
    payload, spoken_on = {
        "native": (f'{{"active_power": {value}, "time": {START + measured * 1000}}}', "parkwatt/1/readings"),
        "untimed": (f'{{"p": {value}}}', topic),
        "described": (str(value), box),
        "unit": ("kW" if value % 2 else "W", box + "/meta/units"),
        "broken": ("{" * value, topic),
    }.get(kind, ("", ""))
    if spoken_on:
        return said(number, payload, spoken_on, retained=kind == "untimed" and value == 0)
    if kind == "power":
        return power(number, value, topic=topic, time=measured)
    return node(kind, number, value, seq=number % 256)


KINDS = ("power", "power", "power", "native", "untimed", "described", "unit", "broken", "NBIRTH", "NDATA", "NDEATH")
SAID = st.tuples(st.sampled_from(KINDS), st.sampled_from(TOPICS), st.integers(0, 3), st.integers(0, 3))


@st.composite
def runs(draw: st.DrawFn) -> list[list[list[Message]]]:
    """Batches of messages, in one or two runs of a collector."""
    drawn = draw(st.lists(SAID, min_size=1, max_size=20))
    messages = [
        _message(kind, topic, number, value, measured) for number, (kind, topic, value, measured) in enumerate(drawn)
    ]
    cuts = sorted({0, len(messages), *draw(st.lists(st.integers(0, len(messages)), max_size=6))})
    batches = [messages[a:b] for a, b in pairwise(cuts)]
    restart = draw(st.integers(0, len(batches)))
    return [run for run in (batches[:restart], batches[restart:]) if run]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given_any(runs(), RECIPES, st.lists(RECIPES, max_size=1), RECIPES)
def test_whatever_was_said(
    tmp_path_factory: pytest.TempPathFactory,
    said_in: list[list[list[Message]]],
    old: Recipe,
    between: list[Recipe],
    new: Recipe,
) -> None:
    """Collected with any models and park, replayed with others: what stands is what those would have given at once.

    The same replay again changes nothing, nor does one with the models that messages were collected with.
    """
    folder = tmp_path_factory.mktemp("replaying")
    clock = Clock()
    with closing(DuckStore(folder / "a.duckdb")) as store, closing(DuckStore(folder / "b.duckdb")) as right:
        for run in said_in:
            clock.now += 1
            with collector(folder / "raw", clock) as log:
                collect(store, log, old, run)
                collect(right, None, new, run)
        replay = Replay(log, store)
        before = held(store)
        assert not replay.run(old, ALL).replaced.anything
        assert held(store) == before
        for other in between:
            replay.run(other, Span(START + 3000, START + 9000))
        outcome = replay.run(new, ALL)
        assert outcome.unknown == 0
        assert held(store) == held(right)
        assert not replay.run(new, ALL).replaced.anything
