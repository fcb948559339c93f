"""An engineer adopts a meter on the page: a real broker, a real browser, and the park file on disk."""

import json
import signal
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import Page, expect

from tests.waiting import until
from tests.whole.conftest import PHONE
from tests.whole.running import Running

PARK = """\
# Written by hand.
park:
  id: test   # never changes
  name: {en: Test park, zh: 测试园区}
  time_zone: Asia/Shanghai
enterprises:
  - id: E1
    name: {en: Press shop, zh: 冲压车间}

meters:
  # The gate
  - id: grid
    name: {en: Grid, zh: 电网}
    role: supply
    # replaced in May

# The end.
"""


@pytest.fixture
def written(running: Running) -> Running:
    """The park file with comments, read again without a restart; and a meter that nobody assigned."""
    path = running.folder / "park" / "park.yaml"
    path.write_text(PARK, encoding="utf-8")
    running.process.send_signal(signal.SIGHUP)
    until(lambda: sum(meter["assigned"] for meter in running.get("/api/v1/meters")["meters"]) == 1)
    running.publish(
        ("parkwatt/grid/readings", '{"active_power": 900}'),
        ("parkwatt/gw/readings", '[{"meter": "hall/7", "active_power": 431.27, "energy_import": 88123.4}]'),
    )
    until(lambda: any(m["meter"] == "hall/7" for m in running.get("/api/v1/meters")["meters"]))
    return running


def text(running: Running) -> str:
    return (running.folder / "park" / "park.yaml").read_text(encoding="utf-8")


def post(running: Running, path: str, body: object, **headers: str) -> tuple[int, dict]:
    """Status and answer of a POST."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{running.http_port}{path}",
        data=json.dumps(body).encode(),
        headers={"content-type": "application/json", **headers},
        method="POST",
    )
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - likewise
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        said = error.read()
        return error.code, json.loads(said) if said.startswith(b"{") else {}


def test_adopt_and_undo_on_the_page(written: Running, page: Page) -> None:
    """From the inbox to the park file and back: comments stay, the lines shown are the lines written, undo is exact."""
    page.goto(f"http://127.0.0.1:{written.http_port}/inbox?lang=en")
    page.get_by_role("link", name="Adopt meter hall/7").click()
    expect(page.locator(".says")).to_contain_text("431.27")
    expect(page.get_by_label("Id in Parkwatt")).to_have_value("hall-7")
    expect(page.get_by_label("Carrier")).to_have_value("electricity")
    page.get_by_label("Name in English").fill("Hall 7")
    page.get_by_label("Enterprise").fill("Press shop · E1")
    page.get_by_label("Behind which meter").fill("Grid · grid")
    lines = page.locator("[data-lines] pre")
    expect(lines).to_contain_text("parent: grid")
    expect(lines).to_contain_text("enterprise: E1")
    shown = lines.inner_text()
    page.get_by_role("button", name="Add to the park file").click()
    page.wait_for_url("**/meter/hall-7*")
    expect(page.locator(".adopted")).to_contain_text("park.yaml")
    expect(page.get_by_role("heading", level=1)).to_have_text("Hall 7")
    before, after = PARK.split("\n\n# The end")
    assert text(written) == f"{before}\n{shown}\n\n# The end{after}"
    assert [m["enterprise"] for m in written.get("/api/v1/meters", meter="hall-7")["meters"]] == ["E1"]
    page.get_by_role("button", name="Undo: take hall-7 out").click()
    page.wait_for_url("**/meter/hall*7")
    expect(page.locator(".advice")).to_be_visible()
    assert text(written) == PARK


def test_a_counter_of_products_is_adopted_without_a_carrier(written: Running, page: Page) -> None:
    """What says nothing but production is offered as a counter; it asks for its unit and for no carrier."""
    written.publish(("parkwatt/packer/readings", '{"production": 12}'))
    until(lambda: any(m["meter"] == "packer" for m in written.get("/api/v1/meters")["meters"]))
    page.goto(f"http://127.0.0.1:{written.http_port}/inbox/adopt?meter=packer&lang=en")
    page.locator("form[data-previewed]").wait_for()
    expect(page.get_by_label("Role")).to_have_value("production")
    expect(page.locator("[data-lines]")).to_be_hidden()
    page.get_by_label("Unit of products").fill("cells")
    expect(page.locator("[data-lines] pre")).to_contain_text("product_unit: cells")
    page.get_by_role("button", name="Add to the park file").click()
    page.wait_for_url("**/meter/packer*")
    expect(page.get_by_text("Counts products").first).to_be_visible()
    assert [m["role"] for m in written.get("/api/v1/meters", meter="packer")["meters"]] == ["production"]
    page.get_by_role("button", name="Undo: take packer out").click()
    expect(page.locator(".advice")).to_be_visible()
    assert text(written) == PARK


def test_what_is_wrong_is_said_beside_its_field(written: Running, page: Page) -> None:
    """A taken id and a ratio that is none are said at their fields, in Chinese too; the keyboard lands on the first."""
    page.goto(f"http://127.0.0.1:{written.http_port}/inbox/adopt?meter=hall%2F7&lang=zh")
    page.locator("form[data-previewed]").wait_for()
    page.get_by_label("表计编号").fill("grid")
    expect(page.locator('[data-field="id"] .fault')).to_have_text("已有编号为 grid 的表计。")
    page.locator(".advanced summary").click()
    page.get_by_label("电流互感器变比").fill("400/5")
    expect(page.locator('[data-field="ct"] .fault')).to_contain_text("400/5")
    expect(page.locator("[data-lines]")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert text(written) == PARK


def test_totals_include_it_from_then_on(written: Running) -> None:
    """Over HTTP: adopted with a version that was seen, readings go to the new id, consumption knows it; then undone."""
    path = "/api/v1/meters/hall%2F7/adopt"
    wish = {"id": "hall-7", "carrier": "electricity", "enterprise": "E1", "parent": "grid"}
    status, preview = post(written, f"{path}/preview", wish)
    assert (status, preview["refusal"]) == (200, None)
    assert text(written) == PARK
    assert post(written, path, {**wish, "version": "0"})[0] == 409
    status, adopted = post(written, path, {**wish, "version": preview["draft"]["version"]})
    assert (status, adopted["series_moved"]) == (201, 2)
    written.publish(("parkwatt/gw/readings", '[{"meter": "hall/7", "active_power": 432, "energy_import": 88124.4}]'))
    until(lambda: 432 in [r["value"] for r in written.readings(meter="hall-7", quantity="active_power")])
    assert written.readings(meter="hall/7") == []
    consumption = written.get("/api/v1/consumption", meter="hall-7")["consumption"]
    assert {one["enterprise"] for one in consumption} == {"E1"}
    assert [change["meter"] for change in written.get("/api/v1/changes")["changes"]] == ["hall-7"]
    assert post(written, f"/api/v1/changes/{adopted['change']['id']}/undo", {})[0] == 200
    assert text(written) == PARK
    assert {r["value"] for r in written.readings(meter="hall/7", quantity="active_power")} == {431.27, 432}
    assert written.get("/api/v1/changes")["changes"] == []


def test_another_site_changes_nothing(written: Running) -> None:
    """A page of another site, open in the same browser, can neither adopt nor undo."""
    wish = {"carrier": "electricity"}
    assert post(written, "/api/v1/meters/hall%2F7/adopt", wish, origin="https://evil.example")[0] == 403
    assert post(written, "/api/v1/changes/any/undo", {}, origin="https://evil.example")[0] == 403
    assert text(written) == PARK


def test_a_mistake_in_the_park_file_is_logged_and_nothing_changes(written: Running) -> None:
    """After a SIGHUP with a mistake in the file, everything goes on as before, and the log says where it is."""
    path = written.folder / "park" / "park.yaml"
    path.write_text(PARK.replace("role: supply", "role: suply"), encoding="utf-8")
    written.process.send_signal(signal.SIGHUP)
    until(lambda: "did you mean 'supply'" in written.log.read_text())
    assert written.get("/readyz")["ready"]
    assert [m["role"] for m in written.get("/api/v1/meters", meter="grid")["meters"]] == ["supply"]
