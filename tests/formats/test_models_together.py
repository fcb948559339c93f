"""All shipped device models at once: none may take, or read otherwise, what another one's examples show."""

from functools import cache

import pytest

from ingest.formats import times
from ingest.formats.decoder import Decoder
from ingest.formats.examples import ARRIVED, message_for, payload_of
from ingest.formats.message import Decoded
from ingest.formats.model import DeviceModel
from ingest.formats.model_shapes import FrameModel
from tests.formats.decoding import PRESETS

EXAMPLES = [
    pytest.param(model, number, id=f"{model.name}-{number + 1}")
    for model in PRESETS
    for number in range(len(model.examples))
]

SERVER = DeviceModel(
    name="raw_frame", title="Raw frame", topics=("{meter...}",), frame=FrameModel(path="data", encoding="hex")
)
"""The network server around the examples of models for raw frames."""


def decoded(model: DeviceModel, number: int) -> Decoded:
    """What a decoder with every shipped model makes of a model's example."""
    return _decoded(PRESETS.index(model), number)


@cache
def _decoded(position: int, number: int) -> Decoded:
    model = PRESETS[position]
    example = model.examples[number]
    decoder = Decoder(PRESETS) if model.codec is None else Decoder([*PRESETS, SERVER], codec=model.name)
    for message in (*example.before, example):
        arrived = max(ARRIVED, times.read(message.time) or 0)
        last = decoder.decode(message_for(model, message.topic, payload_of(message), arrived))
    return last


@pytest.mark.parametrize(("model", "number"), EXAMPLES)
def test_an_example_is_read_alike_among_all_models(model, number):
    """An example gives its own model's readings, and is taken or rejected, with all models present as with one."""
    got, example = decoded(model, number), model.examples[number]
    values = {
        (r.meter, f"{r.phase}.{r.quantity}" if r.phase else r.quantity): pytest.approx(r.value) for r in got.readings
    }
    assert values == {
        (meter, name): value for meter, readings in example.readings.items() for name, value in readings.items()
    }
    assert bool(got.rejections) == (example.rejected is not None), got.rejections


@pytest.mark.parametrize(("model", "number"), EXAMPLES)
def test_no_two_readings_of_an_example_are_the_same_series_and_time(model, number):
    """A message never says two values of one series at one time: one of them would be lost."""
    series = [(r.meter, r.quantity, r.phase, r.time) for r in decoded(model, number).readings]
    assert len(series) == len(set(series)), [s for s in series if series.count(s) > 1]
