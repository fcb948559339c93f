"""A Grafana to publish to: the stand-in, and a real one where `PARKWATT_TEST_GRAFANA_URL` and `_TOKEN` name it."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from tests.grafana.stand_in import TOKEN, StandIn, served

REAL_URL = os.environ.get("PARKWATT_TEST_GRAFANA_URL", "").rstrip("/")
REAL_TOKEN = os.environ.get("PARKWATT_TEST_GRAFANA_TOKEN", "")


@dataclass(frozen=True, slots=True)
class Home:
    """A Grafana in which a test has a park of its own.

    Attributes:
        url: where it is.
        token: of an account that may do everything.
        park: id that no other test has.
    """

    url: str
    token: str
    park: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What Grafana itself says, without any code of ours."""
        headers = {"Authorization": f"Bearer {self.token}"}
        response = requests.request(method, f"{self.url}/api{path}", json=body, headers=headers, timeout=20)
        assert response.status_code < 300, (method, path, response.status_code, response.text)
        return response.json()

    def dashboard(self, uid: str) -> dict[str, Any]:
        """A dashboard as Grafana has it."""
        return self.ask("GET", f"/dashboards/uid/{uid}")["dashboard"]

    def edit(self, uid: str, **changes: object) -> None:
        """Save a dashboard as somebody at the screen does."""
        found = self.ask("GET", f"/dashboards/uid/{uid}")
        body = {"dashboard": found["dashboard"] | changes, "folderUid": found["meta"]["folderUid"], "overwrite": False}
        self.ask("POST", "/dashboards/db", body)


@contextmanager
def stand_in() -> Iterator[Home]:
    """The stand-in."""
    with served(StandIn()) as grafana:
        yield Home(grafana.url, TOKEN, "works")


@contextmanager
def real() -> Iterator[Home]:
    """The real one; what the test left in it is deleted."""
    home = Home(REAL_URL, REAL_TOKEN, f"t{uuid.uuid4().hex[:8]}")
    yield home
    headers = {"Authorization": f"Bearer {REAL_TOKEN}"}
    for path in (
        f"folders/parkwatt-{home.park}-folder",
        f"datasources/uid/parkwatt-{home.park}-readings",
        f"datasources/uid/parkwatt-{home.park}-derived",
    ):
        requests.delete(f"{REAL_URL}/api/{path}", headers=headers, timeout=20)
