"""A spool in tests: what comes out of it, what lies in its folder, and how that is damaged."""

from pathlib import Path

from ingest.spool import Spool


def drained(spool: Spool) -> list[bytes]:
    """Everything that comes out."""
    records = []
    while (record := spool.oldest()) is not None:
        records.append(record)
        spool.drop_oldest()
    return records


def segment_files(folder: Path) -> list[Path]:
    """Its segments, oldest first."""
    return sorted(folder.glob("*.spool"))


def flip(file: Path, at: int) -> None:
    """Turn a bit of a byte."""
    with file.open("r+b") as opened:
        opened.seek(at)
        byte = opened.read(1)[0]
        opened.seek(at)
        opened.write(bytes([byte ^ 0x10]))
