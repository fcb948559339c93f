"""Addresses of brokers, and of clusters of them."""

import pytest

from ingest.address import BrokerAddress, Tls

CLUSTER = "mqtt://ann@a:1883, mqtt://ann@b:2883,mqtt://ann@[::1]"


def test_nodes_of_a_cluster() -> None:
    """Several URLs are one broker with several places, the first of which is its address."""
    address = BrokerAddress.parse(CLUSTER, password="secret")  # noqa: S106 - made for this test
    assert (address.host, address.port, address.user) == ("a", 1883, "ann")
    assert address.hosts == (("a", 1883), ("b", 2883), ("::1", 1883))
    assert str(address) == "mqtt://a:1883,mqtt://b:2883,mqtt://[::1]:1883"
    assert BrokerAddress.parse(str(address)).hosts == address.hosts


def test_one_broker() -> None:
    """One URL is a broker in one place; the port is the scheme's if it is left out."""
    assert BrokerAddress.parse("mqtt://a").hosts == (("a", 1883),)
    secure = BrokerAddress.parse("mqtts://a,mqtts://b:99")
    assert secure.hosts == (("a", 8883), ("b", 99))
    assert secure.tls == Tls()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mqtt://a,",
        "mqtt://a,b:1883",
        "a:1883",
        "mqtt://",
        "mqtt://a:0",
        "mqtt://a:x",
        "mqtt://a:70000",
        "mqtt://[::1",
    ],
)
def test_what_is_no_address(url: str) -> None:
    """What names no broker is refused with the forms that do."""
    with pytest.raises(ValueError, match=r"mqtt://user@host:1883 .* mqtt://host1:1883,mqtt://host2:1883"):
        BrokerAddress.parse(url)


@pytest.mark.parametrize("url", ["mqtt://a,mqtts://b", "mqtt://ann@a,mqtt://bob@b", "mqtt://ann@a,mqtt://b"])
def test_nodes_that_differ(url: str) -> None:
    """The nodes of a cluster have one scheme and one user."""
    with pytest.raises(ValueError, match="same scheme and user"):
        BrokerAddress.parse(url)


@pytest.mark.parametrize("url", ["mqtt://u:geheim@a", "mqtt://u:geheim@a:x", "mqtt://u@a,mqtt://u:geheim@b"])
def test_password_is_not_repeated(url: str) -> None:
    """A password in a URL is refused, and not shown again."""
    with pytest.raises(ValueError, match="PARKWATT_MQTT_PASSWORD") as refused:
        BrokerAddress.parse(url)
    assert "geheim" not in str(refused.value)
