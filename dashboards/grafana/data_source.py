"""The two data sources of a park: InfluxQL over its bucket of readings, and over that of derived data.

What Grafana cannot show again, the token, is noted as a slow hash, so that another token is noticed.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

from dashboards.grafana import names
from dashboards.grafana.fingerprint import digest
from parkwatt.park import Park
from parkwatt.store.influx.address import InfluxAddress

NOTE: Final = "parkwatt"
"""Key of the note among the settings of a data source."""

_SEEN = ("name", "type", "access", "url", "jsonData")

Source = dict[str, Any]
"""A data source as Grafana takes it."""


def data_sources(park: Park, address: InfluxAddress, *, secret: Mapping[str, str] | None = None) -> list[Source]:
    """The data sources of a park.

    Args:
        park: the park.
        address: where Grafana reaches InfluxDB, with the token.
        secret: what to write in place of the token and the certificate; for files, which hold no secrets.
    """
    found = []
    for uid, title, bucket in (
        (names.readings(park.id), "readings", address.bucket),
        (names.derived(park.id), "derived", address.derived_bucket),
    ):
        source: Source = {
            "uid": uid,
            "name": f"Parkwatt {park.id} {title}",
            "type": "influxdb",
            "access": "proxy",
            "url": address.url,
            "isDefault": False,
            "jsonData": _settings(address, bucket),
            "secureJsonData": dict(secret) if secret is not None else _secrets(address),
        }
        found.append(source)
    return found


def noted(source: Source) -> Source:
    """A data source with the note of what it is."""
    note = f"{fingerprint(source)} {_of_secrets(source)}"
    return source | {"jsonData": source["jsonData"] | {NOTE: note}}


def fingerprint(source: Mapping[str, Any]) -> str:
    """Hash of what can be seen of a data source, without the note."""
    seen = {key: source.get(key) for key in _SEEN}
    settings = {key: value for key, value in (source.get("jsonData") or {}).items() if key != NOTE}
    return digest(seen | {"jsonData": settings})


def note_of(source: Mapping[str, Any]) -> str:
    """The note in a data source; empty if there is none."""
    return str((source.get("jsonData") or {}).get(NOTE, ""))


def is_as_published(source: Mapping[str, Any]) -> bool:
    """Whether a data source in Grafana is what was published, untouched since as far as can be seen."""
    return note_of(source).partition(" ")[0] == fingerprint(source)


def _settings(address: InfluxAddress, bucket: str) -> dict[str, Any]:
    settings: dict[str, Any] = {"version": "InfluxQL", "dbName": bucket, "httpMode": "POST"}
    if address.token:
        settings["httpHeaderName1"] = "Authorization"
    if address.ca is not None:
        settings["tlsAuthWithCACert"] = True
    return settings


def _secrets(address: InfluxAddress) -> dict[str, str]:
    found = {"httpHeaderValue1": f"Token {address.token}"} if address.token else {}
    return found | ({"tlsCACert": address.ca.read_text()} if address.ca is not None else {})


def _of_secrets(source: Source) -> str:
    secret = digest(source["secureJsonData"]).encode() if source["secureJsonData"] else b""
    return hashlib.scrypt(secret, salt=source["uid"].encode(), n=2**13, r=8, p=1, dklen=8).hex()
