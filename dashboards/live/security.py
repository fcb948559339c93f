"""Who may look: everyone on this machine, or whoever knows the password.

Without a password the page answers on the machine itself only, and only under its own names, so that a web site
opened in the same browser cannot read it. With one, people sign in on a form and programs with HTTP Basic.
What changes something is taken from our own pages and from programs only, never from a page of another site.
"""

import asyncio
import base64
import binascii
import hmac
import ipaddress
from hashlib import sha256
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from itsdangerous import BadSignature, TimestampSigner
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "parkwatt_session"
SESSION_SECONDS = 30 * 86_400
_OPEN_PATHS = ("/healthz", "/login")
_LOCAL_NAMES = {"localhost", "127.0.0.1", "::1"}
_WRONG_PASSWORD_SECONDS = 1.0
_SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
"""Methods that change nothing."""


def is_loopback(host: str) -> bool:
    """Whether an address to bind is reachable from this machine only."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def refuse_open_door(host: str, password: str | None) -> None:
    """Refuse to show a park to a network without a password.

    Raises:
        ValueError: if others could reach the page and no password is set.
    """
    if not password and not is_loopback(host):
        message = (
            f"refusing to show the park on {host} without a password; "
            "set PARKWATT_PASSWORD, or leave out --http-host to show it on this machine only"
        )
        raise ValueError(message)


class Door:
    """ASGI middleware that lets in whoever may look."""

    def __init__(self, app: ASGIApp, *, password: str | None) -> None:
        self._app, self._password = app, password
        # The key follows from the password: changing it signs everyone out, and restarting does not.
        self._signer = TimestampSigner(sha256(b"parkwatt page" + (password or "").encode()).digest())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] not in {"http", "websocket"} or self._may_pass(scope):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 4401})
        else:
            await (await self._answer(Request(scope, receive)))(scope, receive, send)

    def _may_pass(self, scope: Scope) -> bool:
        path = scope["path"]
        headers = Headers(scope=scope)
        host = _host_name(headers.get("host", ""))
        if scope["type"] == "websocket" and _origin_name(headers.get("origin")) not in {None, host}:
            return False  # a page of another site: browsers let it connect, and would let it read
        if scope["type"] == "http" and scope["method"] not in _SAFE_METHODS and not _from_own_page(headers):
            return False  # a page of another site: browsers would let it change things here
        if self._password is None:
            return host in _LOCAL_NAMES
        if path in _OPEN_PATHS and path != "/login":
            return True
        return self._signed_in(headers.get("cookie", "")) or self._basic(headers.get("authorization", ""))

    def _signed_in(self, cookies: str) -> bool:
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        if morsel is None:
            return False
        try:
            self._signer.unsign(morsel.value, max_age=SESSION_SECONDS)
        except BadSignature:
            return False
        return True

    def _basic(self, authorization: str) -> bool:
        scheme, _, credentials = authorization.partition(" ")
        if scheme.lower() != "basic":
            return False
        try:
            given = base64.b64decode(credentials, validate=True).partition(b":")[2]
        except binascii.Error:
            return False
        return self._is_password(given)

    def _is_password(self, given: bytes) -> bool:
        return self._password is not None and hmac.compare_digest(given, self._password.encode())

    async def _answer(self, request: Request) -> Response:
        foreign = request.method not in _SAFE_METHODS and not _from_own_page(request.headers)
        if foreign or self._password is None:
            who = "only Parkwatt's own pages may change something" if foreign else "Parkwatt answers as localhost only"
            return PlainTextResponse(f"Here {who}.\n", status_code=403)
        if request.url.path != "/login":
            if "text/html" in request.headers.get("accept", ""):
                return RedirectResponse("/login", status_code=303)
            return PlainTextResponse(
                "A password is needed.\n", status_code=401, headers={"WWW-Authenticate": 'Basic realm="Parkwatt"'}
            )
        if request.method != "POST":
            return HTMLResponse(_form())
        fields = parse_qs((await request.body()).decode(errors="replace"))
        if not self._is_password(fields.get("password", [""])[0].encode()):
            await asyncio.sleep(_WRONG_PASSWORD_SECONDS)
            return HTMLResponse(_form("That is not the password. / 密码不正确。"), status_code=401)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(
            COOKIE,
            self._signer.sign(b"in").decode(),
            max_age=SESSION_SECONDS,
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )
        return answer


def _host_name(host: str) -> str:
    """The name in a Host header, without its port."""
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


def _origin_name(origin: str | None) -> str | None:
    """The host name of the page that asks; None for programs, which say none."""
    return None if origin is None else urlsplit(origin).hostname or ""


def _from_own_page(headers: Headers) -> bool:
    """Whether a request that changes something comes from a page of ours, or from a program, which names no origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _form(problem: str = "") -> str:
    """The sign-in form, in both languages since nobody has chosen one yet."""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Parkwatt</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; font: 16px system-ui, sans-serif }}
body {{ display: grid; min-height: 90vh; place-items: center }}
form {{ display: grid; gap: 12px; width: min(320px, 90vw) }}
input, button {{ font: inherit; padding: 11px; border-radius: 8px; border: 1px solid #8888 }}
button {{ background: #2f5f98; color: #fff; border: 0 }}
[role=alert] {{ min-height: 1.4em }}
</style>
<main><form method="post" action="/login"><h1>Parkwatt</h1>
<label for="password">Password / 密码</label>
<input id="password" name="password" type="password" autocomplete="current-password" autofocus required>
<button>Sign in / 登录</button><p role="alert">{problem}</p></form></main></html>"""
