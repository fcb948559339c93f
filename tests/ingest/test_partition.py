"""Partitions: every topic belongs to exactly one, always the same, and what belongs together stays together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from paho.mqtt.client import topic_matches_sub

from ingest import partition as module
from ingest.partition import Partition, Partitioner
from parkwatt.park import Meter, Name, Park

LEVELS = st.text(st.sampled_from("ab电 "), min_size=0, max_size=2)
TOPICS = st.lists(LEVELS, min_size=1, max_size=5).map("/".join).filter(bool) | st.text(min_size=1, max_size=30)
WILD = st.lists(st.sampled_from(["a", "b", "+"]), min_size=1, max_size=4)
FILTERS = st.builds(lambda levels, end: "/".join([*levels, *end]), WILD, st.sampled_from([[], ["#"]]))
COUNTS = st.integers(1, 9)


def park(*topic_filters: str) -> Park:
    meters = tuple(Meter(id=f"m{i}", topic=topic_filter) for i, topic_filter in enumerate(topic_filters))
    return Park(id="p", name=Name(en="Park"), time_zone="UTC", meters=meters)


def owners(topic: str, count: int, *topic_filters: str) -> list[int]:
    """Numbers of the partitions that a topic belongs to."""
    here = park(*topic_filters)
    return [i for i in range(1, count + 1) if Partitioner(Partition(i, count), here).mine(topic)]


@given(topic=TOPICS, count=COUNTS, topic_filters=st.lists(FILTERS, max_size=4))
def test_every_topic_has_one_owner(topic: str, count: int, topic_filters: list[str]) -> None:
    """Whatever a topic is, known or not, exactly one partition takes it."""
    assert len(owners(topic, count, *topic_filters)) == 1


@given(topics=st.lists(TOPICS, max_size=20), count=COUNTS)
def test_answer_does_not_change(topics: list[str], count: int) -> None:
    """A topic's owner is the same whatever came before, and whether it is remembered or worked out again."""
    partitioner = Partitioner(Partition(1, count), park())
    once = [partitioner.mine(topic) for topic in topics]
    assert [partitioner.mine(topic) for topic in topics] == once
    assert [Partitioner(Partition(1, count), park()).mine(topic) for topic in topics] == once


@given(
    topic_filters=st.lists(FILTERS, min_size=1, max_size=4),
    topics=st.lists(
        st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=5).map("/".join), min_size=2, max_size=12
    ),
    count=COUNTS,
)
def test_meter_of_a_filter_stays_whole(topic_filters: list[str], topics: list[str], count: int) -> None:
    """All topics of a meter's filter have one owner, also where filters contain or cross each other."""
    partitioners = [Partitioner(Partition(i, count), park(*topic_filters)) for i in range(1, count + 1)]
    for topic_filter in topic_filters:
        matching = [topic for topic in topics if topic_matches_sub(topic_filter, topic)]
        assert sum(any(p.mine(topic) for topic in matching) for p in partitioners) == bool(matching)


def test_filters_without_a_common_topic_are_apart() -> None:
    """Filters that share no topic are spread over the partitions, even if their meters are neighbours."""
    topic_filters = [f"site/{i}/#" for i in range(100)]
    taken = {owners(f"site/{i}/x/y", 4, *topic_filters)[0] for i in range(100)}
    assert taken == {1, 2, 3, 4}


@pytest.mark.parametrize(
    ("topic", "owner"),
    [
        ("parkwatt/m1/readings", 1),
        ("parkwatt/m2/readings", 3),
        ("zigbee2mqtt/press_socket", 1),
        ("厂区/电表1/有功", 2),
        ("spBv1.0/park/DDATA/edge1/pm1", 4),
        ("meter", 3),
    ],
)
def test_owner_is_the_same_for_ever(topic: str, owner: int) -> None:
    """Owners of four are as they were in the first version: another rule would lose what waits at the broker."""
    assert owners(topic, 4) == [owner]


def test_edge_node_stays_whole() -> None:
    """A Sparkplug node's births, data and commands, its devices included, have one owner, filters or not."""
    topics = [
        *(f"spBv1.0/park/{kind}/edge1" for kind in ("NBIRTH", "NDATA", "NDEATH", "NCMD")),
        *(f"spBv1.0/park/{kind}/edge1/pm{i}" for kind in ("DBIRTH", "DDATA", "DDEATH") for i in range(9)),
    ]
    topic_filters = [f"spBv1.0/park/+/edge1/pm{i}" for i in range(9)]
    assert len({owners(topic, 7, *topic_filters)[0] for topic in topics}) == 1
    others = {owners(f"spBv1.0/park/NDATA/edge{i}", 7)[0] for i in range(50)}
    assert others == {1, 2, 3, 4, 5, 6, 7}


def test_topics_of_one_device_stay_together() -> None:
    """Topics that differ in their last level have one owner; with two levels each is a device of its own."""
    assert len({owners(f"hall/pump3/{leaf}", 8)[0] for leaf in ("active_power", "voltage", "energy_import")}) == 1
    assert len({owners(f"zigbee2mqtt/plug{i}", 8)[0] for i in range(60)}) == 8


def test_one_filter_joins_a_device_that_speaks_in_two_places() -> None:
    """A filter with + joins topics that begin differently, such as Tasmota's telemetry and its answers."""
    apart = {owners(f"{kind}/plug{i}/X", 8)[0] for kind in ("tele", "stat") for i in range(9)}
    assert len(apart) > 1
    for i in range(9):
        assert len({owners(f"{kind}/plug{i}/X", 8, f"+/plug{i}/#")[0] for kind in ("tele", "stat")}) == 1


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/sensor/0x90395efffe185436/voltage_a/config",
        "homeassistant/sensor/press/config",
        "homeassistant/device/0AFFD2/config",
        "/devices/wb-map3h_52/controls/Urms L1/meta",
        "/devices/wb-map3h_52/controls/Urms L1/meta/units",
        "hall/devices/wb-map3h_52/controls/Urms L1/meta/error",
        "statestream/sensor/press_energy/unit_of_measurement",
        "statestream/sensor/press_energy/device_class",
        "vzlogger/data/chn3/id",
    ],
)
def test_descriptions_are_told_to_all(topic: str) -> None:
    """What a device says of other topics reaches every partition, also with the park file's filters around it."""
    assert owners(topic, 4) == [1, 2, 3, 4]
    assert owners(topic, 4, "#", "homeassistant/#", "/devices/+/controls/#") == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "topic",
    [
        "homeassistant/sensor/press/state",
        "homeassistant/status",
        "/devices/wb-map3h_52/controls/Urms L1",
        "/devices/wb-map3h_52/meta/name",
        "statestream/sensor/press_energy/state",
        "vzlogger/data/chn3/agg",
        "site/press/id",
        "site/press/config",
    ],
)
def test_values_beside_descriptions_have_one_owner(topic: str) -> None:
    """Only descriptions are told to all; readings would be stored by all."""
    assert len(owners(topic, 4)) == 1


def test_load_is_spread() -> None:
    """Of 4,000 meters each of four partitions gets a quarter, give or take a tenth."""
    shares = [
        sum(Partitioner(Partition(i, 4), park()).mine(f"parkwatt/meter-{m:04d}/readings") for m in range(4000))
        for i in range(1, 5)
    ]
    assert sum(shares) == 4000
    assert all(900 < share < 1100 for share in shares)


def test_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Topics without end are forgotten again, and answered the same afterwards."""
    monkeypatch.setattr(module, "_KEPT", 10)
    partitioner = Partitioner(Partition(1, 3), park())
    topics = [f"site/{i}/power" for i in range(100)]
    once = [partitioner.mine(topic) for topic in topics]
    assert len(partitioner._known) <= 10  # noqa: SLF001 - what is held must not grow
    assert [partitioner.mine(topic) for topic in topics] == once


def test_way_to_write_it() -> None:
    """`2/4` is the second of four."""
    partition = Partition.parse("2/4")
    assert (partition.number, partition.count, partition.member) == (2, 4, "2of4")
    assert str(partition) == "partition 2/4"


@pytest.mark.parametrize(
    "text", ["", "2", "2/", "/4", "a/b", "0/4", "5/4", "-1/4", "1/0", "0/0", "1/2/3", "1.5/2", "²/4"]
)
def test_what_is_no_partition(text: str) -> None:
    """Anything else is refused, with what would be right."""
    with pytest.raises(ValueError, match=r"write it like 2/4|numbered from 1 to"):
        Partition.parse(text)
