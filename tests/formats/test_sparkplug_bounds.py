"""What Sparkplug nodes may ask of us, and we of them, at most."""

from ingest.formats import sparkplug_births
from ingest.formats.sparkplug_payload import DataType, Metric
from tests.formats.decoding import ARRIVED, decoder_for
from tests.formats.sparkplug_sessions import DEVICE, NODE, born, send


def test_a_sequence_that_never_fits_is_asked_ever_more_seldom():
    """A gateway that counts in its own way is not made to send its births every ten seconds for ever."""
    decoder, _ = born()
    asked = [
        second
        for second in range(0, 4 * 3600, 10)
        if send(
            decoder, DEVICE.format("DDATA"), Metric(alias=1, value=1.0), seq=9 + second % 50, at=ARRIVED + second * 1000
        ).publish
    ]
    assert asked[:4] == [0, 10, 30, 70]
    assert 20 < len(asked) < 40


def test_all_nodes_together_are_asked_with_moderation():
    """After a restart thousands of nodes are unknown at once: a hundred in a second are asked, the rest later."""
    decoder = decoder_for()

    def ask(at):
        topics = [f"spBv1.0/Plant/NDATA/gw{i}" for i in range(150)]
        return sum(len(send(decoder, topic, Metric(alias=1, value=1.0), seq=1, at=at).publish) for topic in topics)

    assert [ask(ARRIVED), ask(ARRIVED + 500), ask(ARRIVED + 1000), ask(ARRIVED + 2000)] == [100, 0, 50, 0]


def test_what_is_kept_of_births_is_bounded(monkeypatch):
    """Of very many metrics those of the node that has been silent longest are forgotten, and it is asked again."""
    monkeypatch.setattr(sparkplug_births, "_SIZE", 1000)
    decoder = decoder_for()
    metrics = [Metric(f"Voltage/{i}", i, DataType.FLOAT, 1.0) for i in range(100)]

    def birth(node):
        send(decoder, f"spBv1.0/Plant/NBIRTH/{node}", *metrics, seq=0)

    def data(node):
        return send(decoder, f"spBv1.0/Plant/NDATA/{node}", Metric(alias=1, value=1.0), seq=1)

    for node in ("silent", "speaking"):
        birth(node)
    for i in range(10):
        birth(f"new{i}")
        assert data("speaking").publish == []
    assert len(data("silent").publish) == 1


def test_births_that_come_again_take_no_more_room(monkeypatch):
    """A device's new birth, and a node's, replace what was kept of the one before."""
    monkeypatch.setattr(sparkplug_births, "_NODE_SIZE", 60)
    monkeypatch.setattr(sparkplug_births, "_SIZE", 100)
    decoder, _ = born()
    metrics = [Metric(f"Voltage/{i}", i, DataType.FLOAT, 1.0) for i in range(20)]
    for _ in range(9):
        assert send(decoder, DEVICE.format("DBIRTH"), *metrics, seq=2).rejections == []
    for _ in range(9):
        assert send(decoder, NODE.format("NBIRTH"), *metrics, seq=0).rejections == []
    send(decoder, "spBv1.0/Plant/NBIRTH/other", *metrics, seq=0)
    assert send(decoder, NODE.format("NDATA"), Metric(alias=1, value=1.0), seq=1).publish == []


def test_a_node_of_too_many_metrics_is_said(monkeypatch):
    """A single node cannot take all the memory there is for births."""
    monkeypatch.setattr(sparkplug_births, "_NODE_SIZE", 10)
    metrics = [Metric(f"Voltage/{i}", i, DataType.FLOAT, 1.0) for i in range(20)]
    birth = send(decoder_for(), NODE.format("NBIRTH"), *metrics, seq=0)
    assert birth.rejections == ["more than 10 metrics of one edge node; this birth is not kept"]
