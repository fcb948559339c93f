"""What goes wrong on the way to a Grafana is said in one line."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from dashboards.grafana.server import Account, Grafana, GrafanaError
from tests.grafana.stand_in import TOKEN, StandIn, served
from tests.servers import free_port


@contextmanager
def something(status: int, content: str, *, kind: str = "text/html") -> Iterator[str]:
    """A server that gives the same answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def grafana(url, token=TOKEN):
    return Grafana(url, Account(token=token))


def refusal(call, *arguments):
    with pytest.raises(GrafanaError) as caught:
        call(*arguments)
    text = str(caught.value)
    assert "\n" not in text
    return text


def test_nobody_listens():
    """The address and the reason are named."""
    port = free_port()
    text = refusal(grafana(f"http://127.0.0.1:{port}").version)
    assert f"127.0.0.1:{port} cannot be reached" in text
    assert "refused" in text


def test_a_server_that_never_answers(monkeypatch):
    """A time limit ends the wait."""
    monkeypatch.setattr("dashboards.grafana.server._TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        text = refusal(grafana(f"http://127.0.0.1:{mute.getsockname()[1]}").version)
    assert "timed out" in text


@pytest.mark.parametrize(
    ("status", "content", "kind"),
    [
        (200, "<html>Sign in</html>", "text/html"),
        (200, '{"status": "pass"}', "application/json"),
        (200, "[1]", "application/json"),
        (404, "<html>not found</html>", "text/html"),
        (403, "<html>a message from the proxy</html>", "text/html"),
    ],
)
def test_something_else_than_a_grafana(status, content, kind):
    """A login page, another program or a proxy is told from a Grafana."""
    with something(status, content, kind=kind) as url:
        text = refusal(grafana(url).version)
    assert "like a Grafana" in text or "no Grafana" in text


def test_a_grafana_that_fails():
    """Its own words are passed on."""
    with something(503, '{"database": "failing", "message": "database locked"}', kind="application/json") as url:
        assert "failed: database locked (503)" in refusal(grafana(url).version)


@pytest.mark.parametrize("version", ["9.5.21", "8.0.0"])
def test_a_grafana_that_is_too_old(version):
    """What was found, and what is needed, is said."""
    with served(StandIn(version=version)) as old:
        text = refusal(grafana(old.url).version)
    assert f"Grafana {version}" in text
    assert "10 or later" in text


@pytest.mark.parametrize("version", ["10.0.0", "11.6.0+security-01", "12.1.0-pre", "", "main"])
def test_later_and_unknown_versions_are_taken(version):
    """A Grafana that hides its version is no mistake."""
    with served(StandIn(version=version)) as found:
        assert grafana(found.url).version() == version


def test_a_wrong_token():
    """401 is told from missing rights."""
    with served(StandIn()) as found:
        text = refusal(grafana(found.url, "wrong").folder, "f")
    assert "does not accept the token" in text


def test_a_path_that_nothing_answers_is_no_success():
    """A 404 to something that had to be done is an error."""
    with served(StandIn()) as found:
        server = Grafana(f"{found.url}", Account(token=TOKEN))
        found.sources["x"] = {}
        found.answer = lambda *_, **__: (404, {"message": "Not found"})
        assert "404" in refusal(server.create_folder, "u", "t")


@pytest.mark.parametrize("url", ["grafana:3000", "ftp://x", "", "http://", "http://u:p@host", "http://host/?x=1"])
def test_no_url(url):
    """A mistake in the URL is said before anything connects."""
    with pytest.raises(ValueError, match="no URL of a Grafana"):
        grafana(url)


def test_below_a_path():
    """A Grafana may live below a path of another server."""
    with served(StandIn()) as found:
        asked = []
        real = found.answer
        found.answer = lambda method, path, *rest, **how: (
            asked.append(path) or real(method, path.removeprefix("/grafana"), *rest, **how)
        )
        grafana(f"{found.url}/grafana/").version()
    assert asked == ["/grafana/api/health"]
