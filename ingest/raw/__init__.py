"""Every message of the last days as it came, compressed on disk: a corrected model can be replayed over them."""

from ingest.raw.block import Kept
from ingest.raw.folder import RawFolder
from ingest.raw.log import RawLog

__all__ = ["Kept", "RawFolder", "RawLog"]
