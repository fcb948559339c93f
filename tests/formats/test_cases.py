"""Messages of real devices: each folder of tests/cases is a bug report or a format that must stay read."""

import base64
import json
from pathlib import Path

import pytest

from ingest.decode_lines import decode_jsonl
from ingest.formats.decoder import Decoder
from tests.formats.decoding import ARRIVED, PRESETS

CASES = sorted(folder for folder in (Path(__file__).parent.parent / "cases").iterdir() if folder.is_dir())


@pytest.mark.parametrize("case", CASES, ids=lambda folder: folder.name)
def test_case_is_read_as_expected(case):
    """Every case's messages give exactly its expected readings and rejections."""
    said = json.loads((case / "message.json").read_text(encoding="utf-8"))
    lines = []
    for index, message in enumerate(said["messages"]):
        body = message.get("payload_b64") or base64.b64encode(message["payload"].encode()).decode()
        lines.append(
            json.dumps({"index": index, "topic": message["topic"], "payload_b64": body, "time": said["arrived"]})
        )
    got = [json.loads(line) for line in decode_jsonl(Decoder(PRESETS), lines, arrived=ARRIVED)]
    expected = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    assert len(got) == len(expected), got
    for is_, should in zip(got, expected, strict=True):
        if "rejected" in should:
            assert is_["message"] == should["message"]
            assert should["rejected"] in is_["rejected"]
        else:
            assert is_ == {**should, "value": pytest.approx(should["value"], rel=1e-9)}


def test_cases_are_there():
    """The folder of cases is found, so that the test above cannot pass by running nothing."""
    assert len(CASES) > 10
