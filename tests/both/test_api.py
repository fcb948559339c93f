"""The HTTP interface says the same of both stores."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from dashboards.live.api import api_routes
from parkwatt.readings import to_iso
from tests.both.alike import COMPUTED, assert_alike
from tests.both.contexts import context_of
from tests.both.pair import Pair
from tests.both.past import DAY, GATE, HOUR, METER, NOW

SPAN = f"from={to_iso(NOW - 40 * HOUR)}&to={to_iso(NOW - 20 * HOUR)}"
ASKED = [
    "status",
    "meters",
    f"meters?meter={METER}&meter=P-*&meter=unknown-*",
    f"readings?{SPAN}&meter={GATE}&limit=50000",
    f"readings?{SPAN}&quantity=energy_import&quantity=volume&limit=50000",
    f"readings?{SPAN}&every=1h&limit=50000",
    f"readings?every=1d&meter={METER}&meter=E0*",
    "readings?every=15min&meter=nobody",
    "consumption",
    f"consumption?{SPAN}&meter=E0*",
    f"consumption?every=1d&from={to_iso(NOW - 3 * DAY)}&to={to_iso(NOW)}",
    "emissions",
    f"emissions?every=1d&from={to_iso(NOW - 3 * DAY)}",
    "rejections?limit=1000",
    f"rejections?to={to_iso(NOW - DAY)}&limit=1000",
    "readings?quantity=nonsense",
    "inbox/topics",
    "changes",
]
BY = ("time", "start", "arrived", "enterprise", "meter", "carrier", "direction", "quantity", "phase", "topic")


@pytest.fixture(scope="module")
def clients(both: Pair) -> Iterator[tuple[TestClient, TestClient]]:
    """Who asks each."""
    made = []
    for store in both.stores:
        app = FastAPI()
        app.include_router(api_routes(context_of(store, both.park)))
        made.append(TestClient(app, base_url="http://localhost"))
    one, other = made
    with one, other:
        yield one, other


@pytest.mark.parametrize("asked", ASKED)
def test_answer(clients: tuple[TestClient, TestClient], asked: str) -> None:
    """The same status and the same numbers; means to the last digits."""
    one, other = (client.get(f"/api/v1/{asked}") for client in clients)
    assert one.status_code == other.status_code
    assert_alike(in_order(one.json()), in_order(other.json()), relative=COMPUTED)


def in_order(answer: object) -> object:
    """With rows of one time in an order of ours, for theirs is not promised."""
    if isinstance(answer, dict):
        return {key: in_order(value) for key, value in answer.items()}
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        rows = [{key: in_order(value) for key, value in row.items()} for row in answer]
        return sorted(rows, key=lambda row: [str(row.get(name)) for name in BY])
    return answer


def test_pages(clients: tuple[TestClient, TestClient]) -> None:
    """Page by page, all readings of a while are there once, whatever the cursors are."""
    found = []
    for client in clients:
        rows: list[dict[str, object]] = []
        after: dict[str, str] = {}
        while True:
            page = client.get(f"/api/v1/readings?{SPAN}&meter=E0*&limit=333", params=after).json()
            rows += page["readings"]
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        found.append(rows)
    assert len(found[0]) > 3 * 333
    assert_alike(*map(in_order, found))
