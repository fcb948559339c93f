"""An invented device that nothing understands: over a real broker into the inbox, taught in a browser, then read."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2 as httpx
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ingest.devices.load import load_model
from tests import chromium
from tests.conftest import StartMosquitto, free_port
from tests.waiting import until
from tests.whole.running import Running

TOPIC = "hall3/wago-7/energy"
PAYLOAD = {"ts": 1795399990, "k1": 230.4, "k2": 12750, "k3": "48211.75", "level": 3}
HOSTILE = "hall3/<img src=x onerror='document.title=1'>/x"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium.PATH, args=chromium.ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def running(tmp_path: Path, mosquitto: StartMosquitto) -> Iterator[Running]:
    made = Running(tmp_path, http_port=free_port(), mqtt_port=mosquitto("allow_anonymous true"), own_broker=False)
    yield made
    made.end()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    troubles: list[str] = []
    opened.on("pageerror", lambda error: troubles.append(str(error)))
    yield opened
    context.close()
    assert troubles == []


def told(running: Running, payload: object = PAYLOAD, topic: str = TOPIC) -> None:
    """Publish, and wait until the inbox knows the topic."""
    running.publish((topic, payload if isinstance(payload, bytes) else json.dumps(payload)))
    until(lambda: topic in {one["topic"] for one in running.get("/api/v1/inbox/topics")["topics"]})


def opened(page: Page, running: Running, topic: str = TOPIC, language: str = "en") -> Page:
    page.goto(f"http://127.0.0.1:{running.http_port}/inbox/topic?lang={language}&topic={quote(topic, safe='')}")
    expect(page.locator("form[data-ready]")).to_be_visible()
    return page


def choose(page: Page, name: str, quantity: str, *, unit: str = "", negate: bool = False) -> None:
    """Say what a number is."""
    row = page.locator("tr[data-path]", has=page.locator(f'th b:text-is("{name}")'))
    row.locator("[data-name=quantity]").select_option(quantity)
    row.locator("[data-name=unit]").fill(unit)
    row.locator("[data-name=negate]").set_checked(negate)


def after(page: Page, name: str):
    return page.locator("tr[data-path]", has=page.locator(f'th b:text-is("{name}")')).locator("output")


def test_from_unknown_message_to_readings(running: Running, page: Page) -> None:
    """Inbox, choose, preview with units and signs, save: a YAML file stands, old messages and new ones are readings."""
    told(running)
    page.goto(f"http://127.0.0.1:{running.http_port}/inbox?lang=en")
    page.get_by_role("link", name=f"Teach Parkwatt what {TOPIC} says").click()
    page.get_by_role("button", name="Use none").click()
    expect(page.locator("[type=submit]")).to_be_disabled()
    choose(page, "k1", "voltage", unit="V")
    choose(page, "k2", "active_power", unit="W", negate=True)
    choose(page, "k3", "energy_import", unit="kWh")
    page.locator("#topics").fill("hall3/{meter}/energy")
    page.locator("#meter").fill("{meter}")
    page.locator("#time").select_option("ts")
    page.locator("#name").fill("wago_energy")
    expect(after(page, "k2")).to_have_text("\N{MINUS SIGN}12.75kW")
    expect(after(page, "k1")).to_have_text("230.4V")
    expect(after(page, "k3")).to_have_text("48,211.75kWh")
    expect(after(page, "level")).to_have_text("")
    expect(page.locator("[data-preview]")).to_contain_text("wago-7")
    expect(page.locator("[data-preview]")).to_contain_text("its own time")
    assert running.readings() == []
    page.get_by_role("button", name="Save and read").click()
    expect(page.get_by_role("heading", name="Parkwatt understands these messages now")).to_be_visible()
    file = running.folder / "park" / "devices" / "wago_energy.yaml"
    expect(page.locator("[data-done]")).to_contain_text(str(file))
    expect(page.locator("[data-done]")).to_contain_text("Kept messages read again: 1. Readings they gave: 3.")
    assert [field.quantity for field in load_model(file).fields] == ["voltage", "active_power", "energy_import"]
    assert {r["quantity"]: r["value"] for r in running.readings(meter="wago-7")} == {
        "voltage": 230.4,
        "active_power": -12.75,
        "energy_import": 48211.75,
    }
    running.publish((TOPIC, json.dumps({**PAYLOAD, "ts": 1795400050, "k2": -500})))
    until(lambda: 0.5 in [r["value"] for r in running.readings(meter="wago-7", quantity="active_power")])
    page.get_by_role("link", name="wago-7").click()
    expect(page.locator("h1")).to_have_text("wago-7")


def test_taught_and_taken_back(running: Running, page: Page) -> None:
    """Undo on the page puts the file aside and takes back its readings, and the topic waits in the inbox again."""
    told(running)
    opened(page, running)
    choose(page, "k2", "active_power", unit="kW")
    page.locator("#name").fill("wago")
    page.get_by_role("button", name="Save and read").click()
    expect(page.locator("[data-done]")).to_be_visible()
    assert [r["value"] for r in running.readings()] == [12750]
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("[data-done]")).to_contain_text("Undone")
    assert running.readings() == []
    assert [path.name for path in (running.folder / "park" / "devices").iterdir()] == ["wago.yaml.removed-1"]
    assert [one["topic"] for one in running.get("/api/v1/inbox/topics")["topics"]] == [TOPIC]


def test_mistakes_are_said_where_they_are(running: Running, page: Page) -> None:
    """A unit of another quantity and a name that exists are said at once; saving waits until they are gone."""
    told(running)
    opened(page, running, language="zh")
    page.get_by_role("button", name="全部不使用").click()
    choose(page, "k2", "active_power", unit="kWh")
    row = page.locator("tr[data-path]", has=page.locator('th b:text-is("k2")'))
    expect(row.locator("[data-problem]")).to_contain_text("kWh 不是该物理量的单位")
    choose(page, "k2", "active_power", unit="W")
    page.locator("#name").fill("tasmota")
    expect(page.locator("[data-preview]")).to_contain_text("已有名为 tasmota 的设备型号")
    expect(page.locator("[type=submit]")).to_be_disabled()
    page.locator("#name").fill("halle_3")
    expect(page.locator("[type=submit]")).to_be_enabled()


def test_a_file_that_cannot_be_written_is_said(running: Running, page: Page) -> None:
    """Where the folder cannot be written the page says so, and the choices stay."""
    told(running)
    opened(page, running)
    choose(page, "k2", "active_power", unit="W")
    expect(page.locator("[type=submit]")).to_be_enabled()
    (running.folder / "park" / "devices").write_text("a file stands in the folder's place")
    page.get_by_role("button", name="Save and read").click()
    expect(page.locator("[data-failed]")).to_contain_text("cannot be written")
    expect(after(page, "k2")).to_have_text("12.75kW")


def test_hostile_topics_and_keys_are_text(running: Running, page: Page) -> None:
    """Markup in a topic, a key or a value is shown as it came and never runs."""
    told(running, {"<script>document.title='owned'</script>": 5, "b": "<b>7</b>"}, HOSTILE)
    page.goto(f"http://127.0.0.1:{running.http_port}/inbox?lang=en")
    expect(page.locator(".topics")).to_contain_text(HOSTILE)
    opened(page, running, HOSTILE)
    expect(page.locator(".teach-head code")).to_have_text(HOSTILE)
    expect(page.locator("tr[data-path] th b").first).to_have_text("<script>document.title='owned'</script>")
    expect(page.locator(".last-card pre")).to_contain_text("<b>7</b>")
    choose(page, "<script>document.title='owned'</script>", "voltage")
    page.locator("#topics").fill("hall3/{x}/x")
    page.locator("#meter").fill("m <i>{x}</i>")
    expect(page.locator("[data-preview] table")).to_contain_text("m <i>")
    assert page.locator("[data-preview] i, .topics img, .last-card b b").count() == 0
    assert "Teach" in page.title()


def test_by_keyboard_and_on_a_phone(running: Running, browser: Browser) -> None:
    """On a phone nothing scrolls sideways, what can be touched is 44 px high, and the keyboard reaches every choice."""
    told(running)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = opened(context.new_page(), running)
    page.get_by_role("button", name="Take likely").click()
    choose(page, "k2", "active_power", unit="W")
    expect(after(page, "k2")).to_have_text("12.75kW")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.evaluate(
        """[...document.querySelectorAll(".page :is(a, button, summary, select, input:not([type=checkbox]), .tick)")]
        .filter(e => e.offsetParent && !e.matches(".skip") && e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
    page.locator("tr[data-path] [data-name=quantity]").first.focus()
    reached = set()
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.type"))
    assert {"topics", "meter", "time", "name", "title", "submit"} <= reached
    context.close()


def test_the_empty_and_the_binary(running: Running, page: Page) -> None:
    """A topic of which nothing is kept, and one whose messages hold no number, are said to be so."""
    base = f"http://127.0.0.1:{running.http_port}/inbox/topic?lang=en&topic="
    page.goto(f"{base}never/heard")
    expect(page.locator(".empty h1")).to_have_text("No message of this topic is kept")
    told(running, b"\x01\x02\xff\xfe", "gate/7/raw")
    page.goto(f"{base}gate/7/raw")
    expect(page.locator(".empty h1")).to_have_text("There is no number in these messages")
    expect(page.locator(".last-card pre")).to_contain_text("01 02 ff fe")


def test_another_site_teaches_nothing(running: Running) -> None:
    """A draft that a page of another site sends is refused, as is taking a model back."""
    told(running)
    address = f"http://127.0.0.1:{running.http_port}/api/v1/inbox"
    headers = {"origin": "https://evil.example", "content-type": "text/plain"}
    for method, path in (("POST", "/models"), ("POST", "/preview"), ("DELETE", "/models/tasmota")):
        assert httpx.request(method, f"{address}{path}", headers=headers).status_code == 403
    assert not (running.folder / "park" / "devices").exists()
