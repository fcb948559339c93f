"""A stand-in for Grafana: the part of its HTTP interface that publishing needs, as its documentation describes it.

It keeps what it is given, counts versions, refuses stale ones and answers errors with Grafana's own bodies. The same
tests run against a real Grafana where the environment names one.
"""

import base64
import copy
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOKEN = "glsa_right"  # noqa: S105 - of a server of our own
USER, PASSWORD = "admin", "right"
Found = tuple[int, Any]


class StandIn:
    """What it has.

    Attributes:
        version: that it says it is.
        role: of the account: Admin, or Editor, who may not touch data sources.
        url: where it listens.
        writes: requests that changed something.
    """

    def __init__(self, *, version: str = "11.6.0", role: str = "Admin") -> None:
        self.version = version
        self.role = role
        self.url = ""
        self.folders: dict[str, dict[str, Any]] = {}
        self.sources: dict[str, dict[str, Any]] = {}
        self.versions: dict[str, list[dict[str, Any]]] = {}
        self.meta: dict[str, dict[str, Any]] = {}
        self.writes: list[str] = []
        self.migrates = False

    def answer(self, method: str, path: str, body: Any, *, authorised: bool) -> Found:
        """The status and the body of an answer."""
        if path == "/api/health":
            return 200, {"commit": "abc", "database": "ok", "version": self.version}
        if not authorised:
            return 401, {"message": "Invalid API key", "messageId": "api-key.invalid", "statusCode": 401, "traceID": ""}
        if method != "GET":
            self.writes.append(f"{method} {path}")
        if path.startswith("/api/datasources") and self.role != "Admin":
            return 403, {
                "accessErrorId": "ACE1",
                "message": "You'll need additional permissions",
            }
        ask = {
            ("GET", "datasources/uid"): self._source,
            ("GET", "folders"): self._folder,
            ("GET", "dashboards/uid"): self.dashboard,
        }
        tell = {
            ("POST", "datasources"): self._new_source,
            ("PUT", "datasources/uid"): self._changed_source,
            ("POST", "folders"): self._new_folder,
            ("POST", "dashboards/db"): self._save,
        }
        whole = path.removeprefix("/api/")
        where, _, uid = whole.rpartition("/")
        if (method, where) in ask:
            return ask[method, where](uid)
        found = tell.get((method, whole)) or tell.get((method, where))
        return found(body) if found else (404, {"message": "Not found"})

    def _source(self, uid: str) -> Found:
        return self._seen(uid) if uid in self.sources else (404, {"message": "Data source not found"})

    def _folder(self, uid: str) -> Found:
        return (200, self.folders[uid]) if uid in self.folders else (404, {"message": "folder not found"})

    def _seen(self, uid: str) -> Found:
        kept = self.sources[uid]
        seen = {key: value for key, value in kept.items() if key != "secureJsonData"}
        return 200, seen | {"secureJsonFields": dict.fromkeys(kept.get("secureJsonData", {}), True)}

    def _new_source(self, body: dict[str, Any]) -> Found:
        if any(kept["name"] == body["name"] or kept["uid"] == body["uid"] for kept in self.sources.values()):
            return 409, {"message": "data source with the same name already exists"}
        number = len(self.sources) + 1
        defaults = {"id": number, "orgId": 1, "typeLogoUrl": "", "user": "", "database": "", "basicAuth": False}
        self.sources[body["uid"]] = defaults | body | {"version": 1, "readOnly": False}
        return 200, {
            "datasource": self._seen(body["uid"])[1],
            "id": number,
            "message": "Datasource added",
            "name": body["name"],
        }

    def _changed_source(self, body: dict[str, Any]) -> Found:
        uid = body["uid"]
        kept = self.sources[uid]
        if kept["readOnly"]:
            return 403, {"message": "Cannot update read-only data source"}
        secrets = kept.get("secureJsonData", {}) | body.get("secureJsonData", {})
        self.sources[uid] = kept | body | {"version": kept["version"] + 1, "secureJsonData": secrets}
        return 200, {"datasource": self._seen(uid)[1], "message": "Datasource updated", "name": body["name"]}

    def _new_folder(self, body: dict[str, Any]) -> Found:
        if body["uid"] in self.folders:
            return 409, {"message": "a folder with that uid already exists"}
        self.folders[body["uid"]] = body | {"id": len(self.folders) + 1, "version": 1}
        return 200, self.folders[body["uid"]]

    def dashboard(self, uid: str) -> Found:
        if uid not in self.versions:
            return 404, {"message": "Dashboard not found", "status": "not-found"}
        newest = copy.deepcopy(self.versions[uid][-1])
        if self.migrates:
            newest["schemaVersion"] = 41
            for panel in newest["panels"]:
                panel["pluginVersion"] = self.version
        return 200, {"dashboard": newest, "meta": {"provisioned": False, **self.meta[uid]}}

    def _save(self, body: dict[str, Any]) -> Found:
        model = body["dashboard"]
        uid = model["uid"]
        if len(uid) > 40:
            return 400, {"message": "uid too long, max 40 characters"}
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found"}
        if self.meta.get(uid, {}).get("provisioned"):
            return 400, {"message": "Cannot save provisioned dashboard"}
        kept = self.versions.setdefault(uid, [])
        if kept and not body["overwrite"] and model.get("version") != kept[-1]["version"]:
            return 412, {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
        version = kept[-1]["version"] + 1 if kept else 1
        kept.append(model | {"id": len(self.versions), "version": version})
        self.meta[uid] = {"folderUid": body["folderUid"], "url": f"/d/{uid}"}
        return 200, {"id": 1, "uid": uid, "url": f"/d/{uid}", "status": "success", "version": version, "slug": "x"}


@contextmanager
def served(grafana: StandIn) -> Iterator[StandIn]:
    """It listens."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1 << 16  # head and body in one packet

        def _respond(self) -> None:
            length = int(self.headers.get("content-length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            basic = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            authorised = self.headers.get("authorization") in {f"Bearer {TOKEN}", f"Basic {basic}"}
            status, found = grafana.answer(self.command, self.path, body, authorised=authorised)
            text = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PUT = do_DELETE = _respond  # noqa: N815 - the names that the library gives

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the library gives
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    grafana.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield grafana
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
