"""A Grafana, spoken to through grafana-api, by uids only: new versions know no numeric ids.

Everything that can go wrong becomes one error with one sentence: what is wrong, and what to do.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaClientError, GrafanaServerError, GrafanaUnauthorizedError
from grafana_api.grafana_face import GrafanaFace

OLDEST: Final = 10
"""The first version of Grafana that the dashboards are made for."""

RIGHTS: Final = "a service account with the role Admin"
_TIMEOUT = 20.0

Answer = dict[str, Any]


class GrafanaError(Exception):
    """Something that Grafana, or the way to it, does not allow; the text says what to do."""


class ChangedMeanwhileError(GrafanaError):
    """Somebody else saved at the same time."""


class Account(NamedTuple):
    """Who we are: a token, or a user with a password."""

    token: str = ""
    user: str = ""
    password: str = ""


class Grafana:
    """A Grafana.

    Attributes:
        url: where people open it, without a slash at the end.
    """

    def __init__(self, url: str, account: Account) -> None:
        """Remember where; nothing is sent yet.

        Raises:
            ValueError: if the URL is none of a Grafana.
        """
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.username:
            message = (
                f"{url!r} is no URL of a Grafana; write it like https://grafana.example.com or http://localhost:3000"
            )
            raise ValueError(message)
        self.url = url.rstrip("/")
        prefix = parts.path.strip("/")
        self._face = GrafanaFace(
            auth=account.token or (account.user, account.password),
            host=f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname,
            port=parts.port,
            url_path_prefix=f"{prefix}/" if prefix else "",
            protocol=parts.scheme,
            timeout=_TIMEOUT,
        )

    def version(self) -> str:
        """Its version; empty if it does not tell strangers.

        Raises:
            GrafanaError: if it cannot be reached, is no Grafana, or is too old.
        """
        health = self._ask(lambda: self._face.api.GET("/health")) or {}
        if "database" not in health:
            message = f"{self.url} is no Grafana: /api/health answers without a word of its database"
            raise GrafanaError(message)
        version = str(health.get("version") or "")
        first = version.partition(".")[0]
        if first.isdecimal() and int(first) < OLDEST:
            message = f"{self.url} is Grafana {version}; the dashboards need {OLDEST} or later"
            raise GrafanaError(message)
        return version

    def folder(self, uid: str) -> Answer | None:
        """A folder; None if it is not there."""
        return self._ask(lambda: self._face.folder.get_folder(uid))

    def create_folder(self, uid: str, title: str) -> None:
        """Make a folder."""
        self._do(lambda: self._face.folder.create_folder(title, uid=uid))

    def data_source(self, uid: str) -> Answer | None:
        """A data source; None if it is not there."""
        return self._ask(lambda: self._face.api.GET(f"/datasources/uid/{uid}"))

    def create_data_source(self, source: Mapping[str, Any]) -> None:
        """Make a data source."""
        self._do(lambda: self._face.datasource.create_datasource(source))

    def update_data_source(self, source: Mapping[str, Any]) -> None:
        """Put a data source in place of the one with its uid."""
        self._do(lambda: self._face.api.PUT(f"/datasources/uid/{source['uid']}", json=source))

    def dashboard(self, uid: str) -> Answer | None:
        """A dashboard, as `dashboard` and `meta`; None if it is not there."""
        return self._ask(lambda: self._face.dashboard.get_dashboard(uid))

    def save_dashboard(self, model: Mapping[str, Any], *, folder: str, message: str) -> None:
        """Save a dashboard over the version that it names.

        Raises:
            ChangedMeanwhileError: if that is not the newest.
        """
        body = {"dashboard": model, "folderUid": folder, "message": message, "overwrite": False}
        self._do(lambda: self._face.dashboard.update_dashboard(body))

    def _do(self, call: Callable[[], Answer]) -> Answer:
        found = self._ask(call)
        if found is None:
            message = (
                f"Grafana at {self.url} does not know what it was asked to do (404); is there something else before it?"
            )
            raise GrafanaError(message)
        return found

    def _ask(self, call: Callable[[], Answer]) -> Answer | None:
        """What Grafana answers; None for a 404."""
        try:
            found = call()
        except GrafanaUnauthorizedError as error:
            message = f"Grafana at {self.url} does not accept the token, or the user and password (401)"
            raise GrafanaError(message) from error
        except GrafanaClientError as error:
            self._unless_missing(error)
            return None
        except GrafanaServerError as error:
            message = f"Grafana at {self.url} failed: {_said(error.response)} ({error.status_code})"
            raise GrafanaError(message) from error
        except requests.exceptions.JSONDecodeError as error:
            raise GrafanaError(self._no_grafana()) from error
        except requests.exceptions.SSLError as error:
            message = (
                f"the certificate of {self.url} is not trusted; name your CA's file in REQUESTS_CA_BUNDLE: {error}"
            )
            raise GrafanaError(message) from error
        except requests.exceptions.RequestException as error:
            message = f"Grafana at {self.url} cannot be reached: {_root(error)}"
            raise GrafanaError(message) from error
        except TypeError as error:  # grafana-api trips over an error that is text and holds the word "message"
            raise GrafanaError(self._no_grafana()) from error
        if not isinstance(found, dict):
            raise GrafanaError(self._no_grafana())
        return found

    def _unless_missing(self, error: GrafanaClientError) -> None:
        """Say why Grafana refused; nothing if it just has not got it."""
        match error.status_code:
            case 404 if not isinstance(error.response, dict):
                raise GrafanaError(self._no_grafana()) from error
            case 404:
                return
            case 403:
                message = f"Grafana at {self.url} does not allow that (403): {_said(error.response)}; it needs {RIGHTS}"
                raise GrafanaError(message) from error
            case 412:
                raise ChangedMeanwhileError(_said(error.response)) from error
            case status:
                message = f"Grafana at {self.url} refused: {_said(error.response)} ({status})"
                raise GrafanaError(message) from error

    def _no_grafana(self) -> str:
        return f"{self.url} does not answer like a Grafana; is the address right, and does a proxy ask for a login?"


def _said(response: object) -> str:
    """The sentence in an error's body."""
    text = response.get("message") if isinstance(response, dict) else response
    return " ".join(str(text or "no reason given").split())[:300]


def _root(error: BaseException) -> str:
    """The innermost reason: requests wraps it several times."""
    while error.__cause__ or error.__context__:
        error = error.__cause__ or error.__context__ or error
    return " ".join(str(error).split())[:300]
