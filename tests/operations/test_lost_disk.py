"""The disk with the store is gone: the last backup, and what the raw messages hold since."""

from pathlib import Path

from ingest.embedded import EmbeddedBroker
from tests.cli.test_replay_cli import RIGHT, SENT, Place
from tests.operations.commands import run, url
from tests.waiting import until
from tests.whole.collecting import publish


def test_backup_and_replay_bring_everything_back(tmp_path: Path, embedded: EmbeddedBroker) -> None:
    """After restoring the backup and replaying the raw messages since, the store is as it was, as the manual says."""
    place, half = Place.new(tmp_path / "place", RIGHT), len(SENT) // 2
    port = embedded.address.port
    for sent, count in ((SENT[:half], half), (SENT[half:], len(SENT))):
        with place.collecting(port):
            publish(port, sent)
            until(lambda count=count: len(place.kept()) == count)
        if count == half:
            run("backup", "--park", place.folder, "--store", url(place.store), "--out", tmp_path / "last.zip")
    before = place.readings()
    assert len(before) == len(SENT)
    place.store.unlink()
    run("restore", tmp_path / "last.zip", "--store", url(place.store))
    assert len(place.readings()) == half
    assert f"stored {half}" in place.replay()
    assert place.readings() == before
