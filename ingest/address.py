"""Where a broker is, how to speak to it, and who we are there."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

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


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """A broker and our account there.

    Attributes:
        version: of MQTT, to try first; a broker that does not speak 5 is asked again with 3.1.1.
    """

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: Tls | None = None
    version: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv5

    def __str__(self) -> str:
        """The address without its secrets, to show to people."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.tls else 'mqtt'}://{host}:{self.port}"

    @classmethod
    def parse(cls, url: str, *, password: str | None = None, tls: Tls | None = None) -> "BrokerAddress":
        """Read `mqtt://user@host:1883` or `mqtts://...`.

        Args:
            url: the address.
            password: of the user; kept out of the URL, where logs and process lists would show it.
            tls: certificates, for `mqtts`.

        Raises:
            ValueError: if the URL names no broker, or the certificates cannot be used with it.
        """
        parts = urlsplit(url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname:
            message = f"broker {url!r} is not understood; write it like mqtt://user@host:1883 or mqtts://host:8883"
            raise ValueError(message)
        if parts.password is not None:
            message = "the broker's password does not belong into its URL; set PARKWATT_MQTT_PASSWORD"
            raise ValueError(message)
        secure = parts.scheme == "mqtts"
        if tls is not None and not secure:
            message = f"certificates were given, but {url!r} is not encrypted; write mqtts://"
            raise ValueError(message)
        for file in (tls.ca, tls.certificate, tls.key) if tls else ():
            if file is not None and not file.is_file():
                message = f"certificate file {file} does not exist"
                raise ValueError(message)
        return cls(
            host=parts.hostname,
            port=parts.port or _DEFAULT_PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=password,
            tls=(tls or Tls()) if secure else None,
        )
