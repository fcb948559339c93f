"""A slice of the fuzz run, and whether its judge would see what it is there for."""

import secrets
from pathlib import Path

import pytest

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.examples import ARRIVED
from parkwatt.readings import Reading
from tests.fuzz import run as running
from tests.fuzz import wire
from tests.fuzz.corpus import corpus, models
from tests.fuzz.oracle import Oracle
from tests.fuzz.run import Failure, Run

MODELS = models()
ORACLE = Oracle(MODELS)
SLICE = 1_500


def reading(quantity: str, value: float) -> Reading:
    found = Decoder([]).decode(Message("parkwatt/m/readings", b'{"%s": %r}' % (quantity.encode(), value), ARRIVED))
    return found.readings[0]


@pytest.mark.parametrize("seed", ["1", "2", secrets.token_hex(4)], ids=["first", "second", "random"])
def test_slice(seed: str, tmp_path: Path) -> None:
    """Spoilt messages give no crash, no hang, and no number that is not in them; `make fuzz` sends 100,000."""
    run = Run(MODELS, seed)
    for number in range(SLICE):
        failure = run.judge(number)
        if failure is not None:
            path = failure.write(tmp_path)
            text = path.read_text(encoding="utf-8")
            pytest.fail(f"{failure.what}; again with make fuzz ARGS='--seed {seed} --first {number} --count 1'\n{text}")
    assert run.readings > SLICE / 2
    assert run.rejections > SLICE / 10


def test_a_seed_repeats_itself() -> None:
    """The same seed and number make the same messages."""
    first, again, other = (Run(MODELS, seed) for seed in "xxy")
    assert [first.messages(i) for i in range(50)] == [again.messages(i) for i in range(50)]
    assert first.messages(1) != other.messages(1)


def test_unspoilt_messages_are_explained() -> None:
    """Every reading of a message as devices send it is a number of that message."""
    decoder = Decoder(MODELS)
    for seed in corpus(MODELS):
        for topic, payload in (*seed.before, (seed.topic, seed.payload)):
            decoded = decoder.decode(Message(topic, payload, ARRIVED))
            assert ORACLE.strange(decoded.readings, payload) is None, (topic, payload)


@pytest.mark.parametrize(
    ("quantity", "value", "payload", "there"),
    [
        ("voltage", 230.5, b'{"u": 230.5}', True),
        ("voltage", 230.5, b'{"u": "230.5"}', True),
        ("voltage", 230.5, b'{"u": 230.6}', False),
        ("voltage", 0.0, b'{"u": 230.6}', False),
        ("active_power", 1.5, b'{"p": 1500}', True),
        ("active_power", -1.5, b"P=1500;x=1", True),
        ("active_power", 1.7, b'{"p": 1500}', False),
        ("active_power", 1.3, b'{"in": 1500, "out": 200}', True),
        ("temperature", 20.0, b'{"t": 68}', True),
        ("temperature", 21.0, b'{"t": 68}', False),
        ("voltage", 229.8, b"\x1d\xcd\xcce\x43", True),
        ("voltage", 5.0, b'{"frame": "AAAF"}', True),
    ],
)
def test_the_judge_knows_where_a_number_is_from(quantity: str, value: float, payload: bytes, *, there: bool) -> None:
    """A number of the message is known again after conversion, any other is not."""
    assert (ORACLE.strange([reading(quantity, value)], payload) is None) == there


def test_a_defect_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that raises in the decoder, one that is slow, and a number from nowhere are failures."""

    def failing(messages: int = 40) -> list[Failure]:
        run = Run(MODELS, "1")
        return [failure for failure in map(run.judge, range(messages)) if failure is not None]

    assert not failing()
    with monkeypatch.context() as changed:
        changed.setattr(Decoder, "_assign", None)
        assert any("defect" in failure.what for failure in failing())
    with monkeypatch.context() as changed:
        changed.setattr(running, "LONGEST", 0.0)
        assert any("it takes" in failure.what for failure in failing(1))
    with monkeypatch.context() as changed:
        changed.setattr(Oracle, "_explained", lambda *_: False)
        assert any("from nowhere" in failure.what for failure in failing())


def test_a_failure_is_kept(tmp_path: Path) -> None:
    """A failed message becomes a file with everything to repeat it."""
    path = Failure("7", 3, [("t", b"\xff")], "it is wrong").write(tmp_path / "kept")
    assert path.name == "7-3.json"
    assert '"payload_b64": "/w=="' in path.read_text(encoding="utf-8")


def test_fields_come_back_as_they_were() -> None:
    """What reads Protocol Buffers for the judge writes them the same."""
    binary = [seed.payload for seed in corpus(MODELS) if "BIRTH" in seed.topic]
    assert binary
    for payload in binary:
        assert wire.written(wire.fields(payload)) == payload
