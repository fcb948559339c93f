"""Where an InfluxDB is, as a store URL says it."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

_KNOWN = ("org", "bucket", "gzip", "retention", "ca")
_DURATION = re.compile(r"([1-9]\d*)d")
_TOKEN = "PARKWATT_INFLUX_TOKEN"  # noqa: S105 - the name of a variable, not a token


@dataclass(frozen=True, slots=True)
class InfluxAddress:
    """An InfluxDB and the buckets in it that are ours.

    Attributes:
        url: of the server, http or https.
        org: organisation in InfluxDB 2; `-` where there is none.
        bucket: of readings; the database in InfluxDB 1 and 3.
        token: who we are; `user:password` for InfluxDB 1; empty where nobody asks.
        gzip: whether what is written is compressed: worth it on a slow link only.
        retention_days: how long the server keeps readings; None leaves that as it is.
        ca: certificates to trust, for TLS; None for those of the system.
    """

    url: str
    bucket: str
    org: str = "-"
    token: str = ""
    gzip: bool = False
    retention_days: int | None = None
    ca: Path | None = None

    @property
    def derived_bucket(self) -> str:
        """The bucket of what is computed from readings; it may be kept longer."""
        return f"{self.bucket}_derived"

    def __str__(self) -> str:
        """The store URL, without the token."""
        scheme = "influxs" if self.url.startswith("https") else "influx"
        org = "" if self.org == "-" else f"org={self.org}&"
        return f"{scheme}://{self.url.split('://', 1)[1]}/?{org}bucket={self.bucket}"

    @classmethod
    def parse(cls, url: str, *, token: str = "") -> Self:
        """From a store URL, `influx://host:8086/?org=..&bucket=..`.

        Raises:
            ValueError: if it names no InfluxDB, or something in it is not known.
        """
        parts = urlsplit(url)
        given = parse_qs(parts.query, keep_blank_values=True)
        _refuse(parts.scheme not in {"influx", "influxs"}, url, "it begins with influx:// or, with TLS, influxs://")
        _refuse(not parts.hostname, url, "it names no host")
        _refuse(parts.path not in {"", "/"}, url, "bucket and organisation stand behind the question mark")
        _refuse(bool(parts.username or parts.password), url, f"the token comes from {_TOKEN}, not from the URL")
        for name, values in given.items():
            _refuse(name not in _KNOWN, url, f"{name!r} is not known; known are {', '.join(_KNOWN)}")
            _refuse(len(values) > 1, url, f"{name} is there twice")
        said = {name: values[0] for name, values in given.items()}
        _refuse(not said.get("bucket"), url, "it names no bucket: ...?bucket=park")
        _refuse(said.get("gzip", "false") not in {"true", "false"}, url, "gzip is true or false")
        days = _DURATION.fullmatch(said.get("retention", "1d"))
        _refuse(days is None, url, "retention is a number of days: retention=400d")
        scheme = "https" if parts.scheme == "influxs" else "http"
        return cls(
            url=f"{scheme}://{parts.netloc if parts.port else f'{parts.netloc}:8086'}",
            bucket=said["bucket"],
            org=said.get("org") or "-",
            token=token,
            gzip=said.get("gzip") == "true",
            retention_days=int(days.group(1)) if days and "retention" in said else None,
            ca=Path(unquote(said["ca"])) if said.get("ca") else None,
        )


def _refuse(condition: bool, url: str, what: str) -> None:  # noqa: FBT001 - reads as a sentence
    if condition:
        message = f"store {url!r}: {what}; write it like influx://localhost:8086/?org=park&bucket=park"
        raise ValueError(message)
