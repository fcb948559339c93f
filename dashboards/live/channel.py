"""Our messages on the socket that NiceGUI keeps open with every browser; the only file that knows how."""

import logging
from collections.abc import Callable, Collection, Mapping

from nicegui import core

from dashboards.live.view import ROOMS, Topic, UnknownSubjectError
from dashboards.live.words import LANGUAGES

_NAMESPACE = "/"
_EVENT = "parkwatt"
_HELLO = "parkwatt_hello"

_log = logging.getLogger(__name__)


class SocketChannel:
    """Rooms on NiceGUI's socket: a message is encoded once for everybody in a room."""

    def watched(self, topics: Collection[Topic]) -> set[Topic]:
        """Those topics that somebody looks at."""
        rooms = core.sio.manager.rooms.get(_NAMESPACE, {})
        return {topic for topic in topics if rooms.get(topic.room)}

    async def tell(self, room: str, message: Mapping[str, object]) -> None:
        """Send to everybody in a room."""
        await core.sio.emit(_EVENT, message, room=room)

    def welcome(self, whole: Callable[[Topic], Mapping[str, object]]) -> None:
        """From now on, let browsers in that say what they look at, and tell them all of it.

        Args:
            whole: everything to tell about a topic.
        """

        async def hello(sid: str, wish: Mapping[str, str]) -> None:
            language = next((known for known in LANGUAGES if known == wish.get("language")), LANGUAGES[0])
            topic = Topic(str(wish.get("view", "")), str(wish.get("subject", "")), language)
            try:
                everything = whole(topic)
            except (UnknownSubjectError, KeyError):
                _log.info("a browser asked for %s, which does not exist", topic.room)
                return
            for room in core.sio.rooms(sid):
                if room.startswith(ROOMS):
                    await core.sio.leave_room(sid, room)
            await core.sio.enter_room(sid, topic.room)
            await core.sio.emit(_EVENT, everything, to=sid)

        core.sio.on(_HELLO, hello)
