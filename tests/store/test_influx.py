"""What is particular to InfluxDB: how readings lie in it, several processes, corrections that are cut short."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.refusals import write_or_divide
from parkwatt.readings import Quality, Rejection, SeriesKey
from parkwatt.store import Arrived, Batch, Query, Replacement, StoreError, StoreUnavailableError
from parkwatt.store.influx.store import InfluxStore
from parkwatt.store.open import open_store
from tests.influx_server import INFLUXD, Influx, OwnInflux
from tests.store.conftest import park, skip_unless_it_removes
from tests.store.readings import START, energy, power

Open = Callable[..., InfluxStore]


@pytest.fixture
def opened(request: pytest.FixtureRequest, influx: Influx, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Opens the test's store under a writer's name."""
    monkeypatch.setenv("PARKWATT_INFLUX_TOKEN", influx.token)
    skip_unless_it_removes(request, influx)
    stores: list[InfluxStore] = []

    def open_it(writer: str = "a", *, more: str = "") -> InfluxStore:
        store = open_store(influx.url + more, park=park(influx.park), writer=writer)
        assert isinstance(store, InfluxStore)
        stores.append(store)
        return store

    yield open_it
    for store in stores:
        store.close()


def held(store: InfluxStore) -> dict[tuple[str, str, int], float]:
    return {(r.meter, r.quantity, r.time): r.value for r in store.readings(Query(), limit=10_000).readings}


def test_readings_lie_as_documented(opened: Open, influx: Influx) -> None:
    """A meter's values of one time are one point: tags say whose it is, fields are named with their units."""
    phase = power(3.0).__class__("m1", "voltage", "L1", 230.0, power(1.0).kind, START)
    store = opened()
    store.write(Batch.of([power(1.5), energy(10.0), phase, power(2.0, meter="stranger")], arrived=START + 400))
    rows = influx.query(f"SELECT * FROM readings WHERE park = '{influx.park}' GROUP BY *")
    known = {"park": influx.park, "meter": "m1", "enterprise": "acme", "carrier": "electricity"}
    beside = {"time": START, "time_ms": START, "arrived_ms": START + 400}
    total = known | beside | {"active_power_kw": 1.5, "energy_import_kwh": 10.0}
    found = [{name: value for name, value in row.items() if value not in {None, ""}} for row in rows]
    assert sorted(found, key=lambda row: (row["meter"], row.get("phase", ""))) == [
        total,
        known | beside | {"phase": "L1", "voltage_v": 230.0},
        {"park": influx.park, "meter": "stranger"} | beside | {"active_power_kw": 2.0},
    ]


def test_statistics_in_influxql_leave_suspect_values_out(opened: Open, influx: Influx) -> None:
    """A suspect value stands in a field of its own: whoever asks for the mean does not get it."""
    opened().write(Batch.of([power(1.0), power(999.0, time=START + 1, quality=Quality.SUSPECT)]))
    (row,) = influx.query(f"SELECT mean(active_power_kw) AS m FROM readings WHERE park = '{influx.park}'")
    assert row["m"] == 1.0
    (row,) = influx.query(f"SELECT active_power_kw_suspect AS s FROM readings WHERE park = '{influx.park}'")
    assert row["s"] == 999.0


@pytest.mark.parametrize(
    "meter", ["a b", "a,b=c", "o'Brien", '"x"', "1号 表", "\u3000x\u00a0y", "a\\b", "a/b.c*", "$^(x)", "é"]
)
def test_any_id_comes_back(opened: Open, meter: str) -> None:
    """Ids from the wire come back as they are, and are found by their name and by their beginning."""
    store = opened()
    store.write(Batch.of([power(1.0, meter=meter), power(2.0, meter="zz")], arrived=START))
    assert set(held(store)) == {(meter, "active_power", START), ("zz", "active_power", START)}
    beginning = Query((meter[:1] + "*",))
    assert [r.meter for r in store.readings(beginning, limit=5).readings] == [meter]
    assert [k.meter for k in opened("b").latest() if k.meter != "zz"] == [meter]
    store.write(Batch.of([power(3.0, meter=meter)], arrived=START + 1))
    assert held(store)[meter, "active_power", START] == 3.0


@pytest.mark.parametrize("meter", ["ends\\", "two\nlines", "nul\0"])
def test_an_id_that_cannot_be_a_tag_is_kept_as_a_rejection(opened: Open, meter: str) -> None:
    """What InfluxDB cannot keep is refused by name; the rest of its batch is stored."""
    store = opened()
    write_or_divide(store, Batch.of([power(1.0), power(2.0, meter=meter), power(3.0, meter="m3")], arrived=START))
    assert {key[0] for key in held(store)} == {"m1", "m3"}
    (rejection,) = store.rejections(limit=5)
    assert "InfluxDB cannot keep the id" in rejection.reason
    assert store.totals()[2:] == (2, 0, 0, 1)


def test_what_the_server_refuses_is_kept_with_its_reason(opened: Open, influx: Influx) -> None:
    """A value of a field that has another type on the server is refused by it; all others are stored."""
    store = opened(more="_odd")  # a bucket of its own: the field keeps that type for all who write it
    store.open()
    tags = f"park={influx.park}-odd,meter=odd"
    store.connection.write([f'readings,{tags} voltage_v="text" {START}000000'])
    voltage = power(1.0).__class__("m2", "voltage", None, 230.0, power(1.0).kind, START)
    write_or_divide(store, Batch.of([*(power(n, time=START + n) for n in range(20)), voltage], arrived=START))
    assert len(held(store)) == 20
    (rejection,) = store.rejections(limit=5)
    assert rejection.reason.startswith("the store refused: InfluxDB refused (4")  # 3 does not say why
    assert rejection.payload.startswith(b"m2  voltage 230.0")
    assert store.totals().stored == 20


def test_two_writers_and_one_who_looks(opened: Open) -> None:
    """Whoever opens the store sees what others write, once, and the counts of all together."""
    one, two, page = opened("1of2"), opened("2of2"), opened("page")
    one.write(Batch.of([power(1.0)], arrived=START, received=1))
    assert len(page.latest()) == 1
    assert page.news() == ()
    two.write(Batch.of([power(2.0, meter="m2"), energy(5.0, meter="m2")], arrived=START + 5, received=2))
    one.write(Batch.of([power(3.0, time=START + 9)], arrived=START + 9, received=1))
    news = page.news()
    assert news is None or {(r.meter, r.value) for rows in news for r, _ in rows} >= {("m2", 2.0), ("m1", 3.0)}
    assert page.news() == ()
    assert page.latest()[SeriesKey("m1", "active_power", None)].value == 3.0
    assert page.totals() == (4, 0, 4, 0, 0, 0)
    assert opened("1of2").latest()[SeriesKey("m2", "energy_import", None)].value == 5.0


def test_what_stands_stays_where_it_is(opened: Open, influx: Influx) -> None:
    """After a meter moved to another enterprise a reading that comes again is known, and corrected where it stands."""
    store = opened()
    store.write(Batch.of([power(1.0), power(2.0, time=START + 1)], arrived=START))
    moved = park(influx.park)
    store.label_with(moved.model_copy(update={"meters": ()}))
    assert store.write(Batch.of([power(1.0), power(9.0, time=START + 1)], arrived=START + 1)) == (0, 2, 1)
    assert store.write(Batch.of([power(3.0, time=START + 2)], arrived=START + 2)) == (1, 0, 0)
    rows = influx.query(f"SELECT active_power_kw FROM readings WHERE park = '{influx.park}' GROUP BY enterprise")
    assert [(row["enterprise"], row["active_power_kw"]) for row in sorted(rows, key=lambda r: r["time"])] == [
        ("acme", 1.0), ("acme", 9.0), ("", 3.0),
    ]  # fmt: skip


def dies_after_deleting(store: InfluxStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process die as soon as it has deleted something."""
    delete = store.connection.delete

    def deletes_and_dies(measurement: str, *args: object, **more: object) -> None:
        delete(measurement, *args, **more)
        raise KeyboardInterrupt

    monkeypatch.setattr(store.connection, "delete", deletes_and_dies)


@pytest.mark.removes
def test_a_correction_that_was_cut_short_is_completed(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies between deleting and writing again loses nothing: it completes it when it is there again."""
    store = opened()
    before = [power(1.0), energy(2.0), power(3.0, time=START + 1)]
    store.write(Batch.of(before, arrived=START))
    dies_after_deleting(store, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        store.replace(Replacement(Arrived.of((START, [power(1.0)]))))
    store.close()
    opened("page").latest()  # somebody else does not meddle: the other may still be at it
    again = opened()
    again.latest()
    assert held(again) == {("m1", "energy_import", START): 2.0, ("m1", "active_power", START + 1): 3.0}
    assert opened("b").latest().keys() == again.latest().keys()


@pytest.mark.removes
def test_a_failed_correction_is_completed_before_the_next(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction during which the server goes away is completed by the same process before it does anything else."""
    store = opened()
    store.write(Batch.of([power(1.0), energy(2.0)], arrived=START))
    write, delete = store.connection.write, store.connection.delete

    def goes_away(measurement: str, *args: object, **more: object) -> None:
        delete(measurement, *args, **more)
        monkeypatch.setattr(store.connection, "write", away)

    def away(*_args: object, **_more: object) -> None:
        message = "away"
        raise StoreUnavailableError(message)

    monkeypatch.setattr(store.connection, "delete", goes_away)
    replacement = Replacement(Arrived.of((START, [power(1.0)])))
    with pytest.raises(StoreUnavailableError):
        store.replace(replacement)
    monkeypatch.setattr(store.connection, "write", write)
    monkeypatch.setattr(store.connection, "delete", delete)
    store.replace(replacement)
    store.write(Batch.of([energy(9.0)], arrived=START + 5))
    assert held(store) == {("m1", "energy_import", START): 9.0}
    assert held(opened()) == {("m1", "energy_import", START): 9.0}


@pytest.mark.removes
def test_a_renaming_that_was_cut_short_is_completed(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies while a meter gets another id goes on with it when it is there again."""
    store = opened()
    store.write(Batch.of([power(1.0), energy(2.0, time=START + 1)], arrived=START))
    expected = {("press", "active_power", START): 1.0, ("press", "energy_import", START + 1): 2.0}
    monkeypatch.setattr(store.connection, "delete", dies)
    with pytest.raises(KeyboardInterrupt):
        store.rename_meter("m1", to="press")
    store.close()
    again = opened()
    assert {key.meter for key in again.latest()} == {"press"}
    assert held(again) == held(opened()) == expected


def dies(*_args: object, **_more: object) -> None:
    raise KeyboardInterrupt


def test_rejections_of_one_millisecond(opened: Open) -> None:
    """All rejections of one moment are kept, equal ones too, and once however often they are written."""
    store = opened()
    rejections = [Rejection("t", bytes([n]) * n, START, "no") for n in range(50)] + [
        Rejection("u", b"", START, "no")
    ] * 3
    for _ in range(2):
        store.write(Batch.of((), rejections, arrived=START))
    assert sorted(store.rejections(limit=99), key=repr) == sorted(rejections, key=repr)


def test_a_large_payload_comes_back(opened: Open) -> None:
    """A payload larger than InfluxDB's fields is kept in parts."""
    payload = bytes(range(256)) * 1024
    store = opened()
    store.write(Batch.of((), [Rejection("t", payload, START, 'it\'s "odd"\\')], arrived=START))
    (found,) = store.rejections(limit=1)
    assert found == Rejection("t", payload, START, 'it\'s "odd"\\')


def test_compressed(opened: Open) -> None:
    """With gzip=true in its URL a store sends less over a slow link, and what arrives is the same."""
    store = opened(more="&gzip=true")
    store.write(Batch.of([power(float(n), time=START + n) for n in range(500)], arrived=START))
    assert len(held(store)) == 500


def test_notes_can_be_read_by_others(opened: Open, influx: Influx) -> None:
    """How a collector does stands in the store by its name."""
    opened("1of2").note({"connected": 1.0, "spooled_readings": 7}, at=START)
    (row,) = influx.query(f"SELECT * FROM pipeline WHERE park = '{influx.park}'")
    assert (row["writer"], row["connected"], row["spooled_readings"], row["time"]) == ("1of2", 1, 7, START)


@pytest.mark.removes
def test_parks_do_not_mix(opened: Open, influx: Influx) -> None:
    """A bucket may hold several parks: each store sees, counts and deletes its own."""
    store = opened()
    other = open_store(influx.url, park=park(f"{influx.park}-b"), writer="a")
    with closing(other):
        store.write(Batch.of([power(1.0)], arrived=START, received=1))
        other.write(Batch.of([power(2.0), power(4.0, time=START + 1)], arrived=START, received=2))
        assert list(held(store).values()) == [1.0]
        assert other.totals().received == 2
        assert other.prune(before=START + 10) == 2
    assert list(held(opened("b")).values()) == [1.0]


@pytest.mark.skipif(not INFLUXD, reason="influxd (Debian's package influxdb) is not installed")
def test_a_server_that_was_killed(tmp_path: Path) -> None:
    """What `write` returned for is there after the server was killed; while it is away, the store says so and waits."""
    server = OwnInflux(tmp_path)
    server.start()
    influx = server.influx()
    with closing(open_store(influx.url, park=park(influx.park), writer="a")) as store:
        for n in range(30):
            store.write(Batch.of([power(float(n), time=START + n)], arrived=START + n, received=1))
        server.stop(kill=True)
        with pytest.raises(StoreError, match="cannot be reached"):
            store.write(Batch.of([power(99.0, time=START + 99)], arrived=START + 99, received=1))
        server.start()
        assert store.write(Batch.of([power(99.0, time=START + 99)], arrived=START + 99, received=1)) == (1, 0, 0)
        assert store.totals().received == 31
    with closing(open_store(influx.url, park=park(influx.park), writer="a")) as again:
        assert len(again.readings(Query(), limit=99).readings) == 31
        assert again.totals().stored == 31
    server.stop()
