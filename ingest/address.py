"""Where a broker is, how to speak to it, and who we are there."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, unquote, urlsplit

from paho.mqtt.enums import MQTTProtocolVersion

_DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}


@dataclass(frozen=True, slots=True)
class Tls:
    """How the connection is secured.

    Attributes:
        ca: certificates to trust; None for those of the system.
        certificate, key: ours, where the broker wants to see one.
    """

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def context(self) -> ssl.SSLContext:
        """What a client needs to connect so.

        Raises:
            OSError: if a certificate cannot be read.
        """
        context = ssl.create_default_context(cafile=str(self.ca) if self.ca else None)
        if self.certificate is not None:
            context.load_cert_chain(self.certificate, self.key)
        return context


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and our account there.

    Attributes:
        host, port: where it is.
        others: further places (host, port) of the same broker: the nodes of a cluster.
        version: of MQTT, to try first; a broker that does not speak 5 is asked again with 3.1.1.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls | None = None
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5
    others: tuple[tuple[str, int], ...] = ()

    @property
    def hosts(self) -> tuple[tuple[str, int], ...]:
        """All places (host, port) to try, in this order."""
        return ((self.host, self.port), *self.others)

    def __str__(self) -> str:
        """The address without its secrets, to show to people."""
        scheme = "mqtts" if self.tls else "mqtt"
        return ",".join(f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}" for host, port in self.hosts)

    @classmethod
    def parse(cls, url: str, *, password: str | None = None, tls: Tls | None = None) -> "BrokerAddress":
        """Read `mqtt://user@host:1883` or `mqtts://...`; of a cluster several, separated by commas.

        Args:
            url: the address, or those of a cluster's nodes, with the same scheme and user.
            password: of the user; kept out of the URL, where logs and process lists would show it.
            tls: certificates, for `mqtts`.

        Raises:
            ValueError: if a URL names no broker, if the nodes differ in more than host and port, or if the
                certificates cannot be used.
        """
        places = [_Place.parse(one.strip()) for one in url.split(",")]
        first = places[0]
        if any((place.scheme, place.user) != (first.scheme, first.user) for place in places):
            message = f"the nodes of one cluster have the same scheme and user, those of {url!r} differ"
            raise ValueError(message)
        secure = first.scheme == "mqtts"
        if tls is not None and not secure:
            message = f"certificates were given, but {url!r} is not encrypted; write mqtts://"
            raise ValueError(message)
        for file in (tls.ca, tls.certificate, tls.key) if tls else ():
            if file is not None and not file.is_file():
                message = f"certificate file {file} does not exist"
                raise ValueError(message)
        return cls(
            host=first.host,
            port=first.port,
            user=first.user,
            password=password,
            tls=(tls or Tls()) if secure else None,
            others=tuple((place.host, place.port) for place in places[1:]),
        )


class _Place(NamedTuple):
    """What one URL says."""

    scheme: str
    user: str | None
    host: str
    port: int

    @classmethod
    def parse(cls, url: str) -> "_Place":
        parts, port = _split(url)
        if parts.password is not None:
            message = "the broker's password does not belong into its URL; set PARKWATT_MQTT_PASSWORD"
            raise ValueError(message)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or port is None:
            message = (
                f"broker {url!r} is not understood; write it like mqtt://user@host:1883 or mqtts://host:8883, "
                "and the nodes of a cluster like mqtt://host1:1883,mqtt://host2:1883"
            )
            raise ValueError(message)
        user = unquote(parts.username) if parts.username else None
        return cls(parts.scheme, user, parts.hostname, port)


def _split(url: str) -> tuple[SplitResult, int | None]:
    """A URL's parts and its port, None where it has none that exists."""
    try:
        parts = urlsplit(url)
    except ValueError:  # an address in brackets that is none
        return urlsplit(""), None
    try:
        return parts, _DEFAULT_PORTS.get(parts.scheme) if parts.port is None else parts.port or None
    except ValueError:
        return parts, None
