"""A bad network: connections are cut in mid-packet, closed in one direction, or held up, at random."""

import asyncio
import contextlib
import random
import threading
from collections import Counter

from tests.chaos.processes import quiet_port

_CHUNK = 16_384


class Proxy:
    """Stands before a broker and spoils connections until it is told to be kind.

    Attributes:
        port: where to connect instead.
        done: what it did so far, by kind.
    """

    def __init__(self, target: int, *, rng: random.Random) -> None:
        """Prepare to stand before the broker at `target`."""
        self.port, self.done = quiet_port(), Counter[str]()
        self._target, self._rng = target, rng
        self._kind = False
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="proxy", daemon=True)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(10)

    def be_kind(self) -> None:
        """From now on only pass bytes on."""
        self._kind = True

    def end(self) -> None:
        """Close everything."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._main.cancel)
            self._thread.join()

    def _run(self) -> None:
        with contextlib.closing(self._loop), contextlib.suppress(asyncio.CancelledError):
            self._main = self._loop.create_task(self._serve())
            self._loop.run_until_complete(self._main)

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as connections:

            def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                connections.create_task(self._between(reader, writer))

            async with await asyncio.start_server(accepted, "127.0.0.1", self.port, limit=_CHUNK):
                self._ready.set()
                await asyncio.get_running_loop().create_future()

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        with contextlib.suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
            try:
                ways = [
                    asyncio.create_task(self._pump(reader, far_writer)),
                    asyncio.create_task(self._pump(far_reader, writer)),
                ]
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
            finally:
                far_writer.transport.abort()
        writer.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass bytes on in one direction, until there is an end of some kind."""
        with contextlib.suppress(OSError):
            left = self._distance()
            while data := await reader.read(_CHUNK):
                if not self._kind and len(data) >= left:
                    at = self._rng.randrange(left + 1)
                    writer.write(data[:at])
                    await writer.drain()
                    if not await self._spoil(writer):
                        return
                    data, left = data[at:], self._distance()
                left -= len(data)
                writer.write(data)
                await writer.drain()

    def _distance(self) -> int:
        """Bytes until something happens."""
        return int(10 ** self._rng.uniform(2, 6))

    async def _spoil(self, writer: asyncio.StreamWriter) -> bool:
        """Do something to a connection; whether it still stands."""
        how = self._rng.choice(("cut", "half-closed", "held up"))
        self.done[how] += 1
        if how == "half-closed":
            writer.write_eof()
        if how != "cut":
            await asyncio.sleep(self._rng.uniform(0.1, 1.5))
        return how == "held up"
