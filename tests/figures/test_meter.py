"""One meter."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.live.figures.meter import MOST_POINTS, MeterFigures, step_for
from dashboards.live.figures.shapes import Band
from dashboards.live.gathered import GatheredFigures
from parkwatt.live import RawMessage
from tests.figures.scene import DAY, HOUR, MINUTE


@given(st.integers(min_value=1, max_value=20 * 366 * DAY))
def test_a_curve_never_has_too_many_points(span):
    """Any range, from a millisecond to twenty years, is shown in a bounded number of steps."""
    assert -(-span // step_for(span)) <= MOST_POINTS


def test_a_curve_shows_mean_low_and_high(scene):
    """A step shows what lay in it."""
    start = scene.now - 10 * DAY
    scene.runs("b-el", lambda time: 100 + time // MINUTE % 2 * 10, start=start, end=scene.now, every=MINUTE)
    curve = MeterFigures(scene.context, "b-el").page(scene.now, start=start, end=scene.now).curve
    assert curve is not None
    assert (curve.quantity, curve.unit, curve.step) == ("active_power", "kW", 15 * MINUTE)
    assert (curve.low[5], curve.high[5]) == (100, 110)
    assert curve.mean[5] == pytest.approx(105, abs=1)
    assert curve.gaps == ()


def test_a_gap_breaks_the_curve(scene):
    """Where readings stopped for long, the curve has a hole and a band, whatever the pace before and after."""
    lost, back = scene.now - 6 * HOUR, scene.now - 5 * HOUR
    scene.runs("b-el", 100, start=scene.now - DAY, end=lost, every=15 * MINUTE)
    scene.runs("b-el", 100, start=back, end=scene.now, every=MINUTE, register=9000)
    curve = MeterFigures(scene.context, "b-el").page(scene.now, start=scene.now - DAY, end=scene.now).curve
    assert curve is not None
    assert curve.gaps == (Band(lost, back, 1, 1),)
    hole = curve.mean.index(None)
    assert lost < curve.times[hole] < back
    assert curve.mean.count(None) == curve.low.count(None) == curve.high.count(None) == 1
    assert list(curve.times) == sorted(curve.times)


def test_any_quantity_can_be_drawn(scene):
    """A register is drawn by its last value per step."""
    last = scene.runs("b-el", 60, start=scene.now - HOUR, end=scene.now, every=MINUTE, register=500)
    figures = MeterFigures(scene.context, "b-el")
    curve = figures.page(scene.now, start=scene.now - HOUR, end=scene.now + 1, quantity="energy_import").curve
    assert curve is not None
    assert (curve.unit, curve.mean[-1]) == ("kWh", last)
    assert figures.page(scene.now, start=scene.now - HOUR, end=scene.now, quantity="voltage").curve is None


def test_consumption_today_against_yesterday(scene):
    """What its register counted until now and until the same time yesterday, with the share that is measured."""
    scene.runs("a-gas", 50, start=scene.at("2026-05-18T00:00"), end=scene.now)
    page = MeterFigures(scene.context, "a-gas").page(scene.now, start=scene.now - HOUR, end=scene.now)
    assert page.unit == "m3"
    assert page.consumption is not None
    assert page.consumption_yesterday is not None
    assert (page.consumption.value, page.consumption.measured) == (pytest.approx(600), pytest.approx(1))
    assert page.consumption_yesterday.value == pytest.approx(600)


def test_a_meter_without_register_has_no_consumption(scene):
    """Power alone is not booked as energy."""
    scene.says("b-el", 100)
    page = MeterFigures(scene.context, "b-el").page(scene.now, start=scene.now - HOUR, end=scene.now)
    assert page.consumption is None
    assert page.curve is None


def test_what_it_said_last(scene):
    """Every series with its newest reading, totals first, and raw messages with the newest on top."""
    scene.says("b-el", 100)
    scene.says("b-el", 5000, quantity="energy_import")
    for text in (b"first", b"second"):
        scene.live.keep_raw("b-el", RawMessage("t", text, scene.now))
    found = MeterFigures(scene.context, "b-el").now(scene.now)
    assert [(v.quantity, v.value, v.unit, v.register) for v in found.values] == [
        ("active_power", 100, "kW", False),
        ("energy_import", 5000, "kWh", True),
    ]
    assert [raw.payload for raw in found.raw] == [b"second", b"first"]
    assert found.clock_off is None


def test_a_clock_that_is_an_hour_off(scene):
    """Device times an hour before their arrival, three in a row over two minutes, are a wrong clock."""
    figures = MeterFigures(scene.context, "b-el")
    for jitter in (0, 5000):
        scene.says("b-el", 100, late=HOUR + jitter)
        assert figures.now(scene.now).clock_off is None
        scene.now += MINUTE
    scene.says("b-el", 101, late=HOUR + 1000)
    assert figures.now(scene.now).clock_off == HOUR, "the smallest delay"
    assert figures.now(scene.now + 1).clock_off == HOUR
    scene.now += MINUTE
    scene.says("b-el", 102)
    assert figures.now(scene.now).clock_off is None


def test_messages_that_waited_are_no_wrong_clock(scene):
    """A gateway that empties its buffer sends older and older times, or newer ones, but not one offset."""
    figures = MeterFigures(scene.context, "b-el")
    for waited in (HOUR, 40 * MINUTE, 20 * MINUTE, 5 * MINUTE):
        scene.now += 1000
        scene.says("b-el", 100, late=waited)
        assert figures.now(scene.now).clock_off is None


@pytest.mark.parametrize("speed", [1.5, 10, 100])
def test_a_buffer_that_empties_is_no_wrong_clock(scene, speed):
    """An hour of readings that a gateway sends late, one after the other: delays differ little, and no clock is off."""
    figures = MeterFigures(scene.context, "b-el")
    waited = HOUR
    while waited > 0:
        scene.says("b-el", 100, late=round(waited))
        assert figures.now(scene.now).clock_off is None
        scene.now += 5000
        waited -= 5000 * (speed - 1)


def test_a_reading_from_the_future_is_a_wrong_clock(scene):
    """No message comes before it was made: one is enough."""
    figures = MeterFigures(scene.context, "b-el")
    scene.says("b-el", 100, late=-10 * MINUTE)
    assert figures.now(scene.now).clock_off == -10 * MINUTE


def test_a_message_without_a_time_changes_nothing(scene):
    """What is known of a clock stands while messages in between say nothing about it, for some minutes."""
    figures = MeterFigures(scene.context, "b-el")
    for _ in range(3):
        scene.now += MINUTE
        scene.says("b-el", 100, late=HOUR)
        off = figures.now(scene.now).clock_off
    assert off == HOUR
    for minutes, expected in ((1, HOUR), (10, None)):
        scene.now += minutes * MINUTE
        scene.live.heard["b-el"] = scene.now
        assert figures.now(scene.now).clock_off == expected


def test_the_meter_page_knows_what_the_list_has_seen(scene):
    """Whoever opens a meter's page later sees at once what has been seen of its clock."""
    figures = GatheredFigures(scene.context)
    for _ in range(3):
        scene.now += MINUTE
        scene.says("b-el", 100, late=HOUR)
        figures.attention(scene.now)
    assert figures.meter_now(scene.now, "b-el").clock_off == HOUR


@pytest.mark.parametrize(("messages", "pause"), [(2, 5 * MINUTE), (10, 10_000)])
def test_a_few_late_messages_are_no_wrong_clock(scene, messages, pause):
    """Two messages alone, or many within a minute and a half, may have waited together."""
    figures = MeterFigures(scene.context, "b-el")
    for _ in range(messages):
        scene.now += pause
        scene.says("b-el", 100, late=HOUR)
        assert figures.now(scene.now).clock_off is None


def test_one_late_series_is_no_wrong_clock(scene):
    """Where series of one message disagree, the clock is not blamed."""
    figures = MeterFigures(scene.context, "b-el")
    for _ in range(2):
        scene.now += MINUTE
        scene.says("b-el", 100)
        scene.says("b-el", 5000, quantity="energy_import", late=HOUR)
        assert figures.now(scene.now).clock_off is None
