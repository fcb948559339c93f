"""Who may look."""

import pytest
from fastapi import FastAPI, WebSocket
from fastapi.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from dashboards.live.security import Door, refuse_open_door


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "park.example"])
def test_open_door_is_refused(host: str) -> None:
    """Showing the page to a network without a password is refused; with one, or on this machine, it is not."""
    with pytest.raises(ValueError, match="PARKWATT_PASSWORD"):
        refuse_open_door(host, None)
    refuse_open_door(host, "open sesame")
    for own in ("127.0.0.1", "localhost", "::1"):
        refuse_open_door(own, None)


@pytest.fixture
def guarded() -> TestClient:
    app = FastAPI()
    app.get("/secret")(lambda: "inside")
    app.get("/healthz")(lambda: "alive")
    app.add_middleware(Door, password="open sesame")
    return TestClient(app, base_url="http://park.example")


def test_without_password_only_this_machine() -> None:
    """Without a password only the machine's own names are answered, so no web site can reach in by another name."""
    app = FastAPI()
    app.get("/")(lambda: "inside")
    app.add_middleware(Door, password=None)
    assert TestClient(app, base_url="http://localhost:8080").get("/").status_code == 200
    assert TestClient(app, base_url="http://127.0.0.1:8080").get("/").status_code == 200
    assert TestClient(app, base_url="http://evil.example").get("/").status_code == 403


def test_password(guarded: TestClient) -> None:
    """With a password programs sign in with Basic, people on a form; a wrong one is refused; health stays open."""
    assert guarded.get("/secret").status_code == 401
    assert guarded.get("/secret", auth=("anyone", "wrong")).status_code == 401
    assert guarded.get("/secret", auth=("anyone", "open sesame")).status_code == 200
    assert guarded.get("/healthz").status_code == 200
    page = guarded.get("/secret", headers={"accept": "text/html"})
    assert page.url.path == "/login"
    assert guarded.post("/login", data={"password": "wrong"}).status_code == 401
    guarded.post("/login", data={"password": "open sesame"})
    assert guarded.get("/secret").status_code == 200


def test_forged_session(guarded: TestClient) -> None:
    """A session cookie that we did not sign opens nothing."""
    guarded.cookies.set("parkwatt_session", "in.aaaa.bbbb")
    assert guarded.get("/secret").status_code == 401


def test_websocket_of_another_site() -> None:
    """A page of another site, open in the same browser, cannot open the live channel; our own and programs can."""
    app = FastAPI()

    @app.websocket("/live")
    async def live(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("secret")
        await websocket.close()

    app.add_middleware(Door, password=None)
    client = TestClient(app, base_url="http://localhost:8080")
    for origin in ({}, {"origin": "http://localhost:8080"}):
        with client.websocket_connect("/live", headers={"host": "localhost:8080", **origin}) as channel:
            assert channel.receive_text() == "secret"
    foreign = {"host": "localhost:8080", "origin": "https://evil.example"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live", headers=foreign):
        pass


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "http://localhost:8080"}, 200),
        ({"sec-fetch-site": "same-origin", "origin": "https://park.example"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://localhost:9999"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://localhost:8080"}, 403),
    ],
)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_only_our_own_pages_change_something(method: str, headers: dict[str, str], status: int) -> None:
    """A change is taken from our own pages and from programs; a page of another site is refused, though it may link."""
    app = FastAPI()
    app.api_route("/change", methods=["GET", "POST", "PUT", "DELETE"])(lambda: "done")
    app.add_middleware(Door, password=None)
    client = TestClient(app, base_url="http://localhost:8080")
    assert client.request(method, "/change", headers=headers).status_code == status
    assert client.get("/change", headers={"sec-fetch-site": "cross-site"}).status_code == 200


def test_a_signed_in_browser_changes_nothing_for_others(guarded: TestClient) -> None:
    """Nor does the session of somebody who is signed in help another site's page."""
    guarded.post("/login", data={"password": "open sesame"})
    assert guarded.get("/secret").status_code == 200
    assert guarded.post("/secret", headers={"origin": "https://evil.example"}).status_code == 403
