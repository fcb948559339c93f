"""Learns messages that nothing understands: proposes, tries an engineer's draft on the kept messages, saves it."""

import logging
import threading
from collections.abc import Callable, Iterable, Sequence

from ingest import drafting
from ingest.collector import UnsettledError
from ingest.devices.load import DeviceModelError
from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.formats.topics import TopicPattern
from ingest.kept import KeptMessages, RawMessages
from ingest.model_files import ModelFiles, NameTakenError
from ingest.trial import Trial, Wire
from parkwatt.live import RawMessage
from parkwatt.onboarding import Draft, OnboardingError, Preview, Proposal, Remark, Replayed, Saved, UnknownTopic
from parkwatt.park import Park
from parkwatt.store import Store, StoreError

logger = logging.getLogger(__name__)

MESSAGES_TRIED = 20
"""Last messages of a topic that proposals and previews look at."""

Replay = Callable[[Callable[[str], bool]], Replayed]
"""Reads the kept messages of some topics again, and stores what they say now in place of what they said."""


class Teacher:
    """The `Onboarding` of a process that collects."""

    def __init__(  # noqa: PLR0913 - what it works on, each by its name
        self,
        *,
        park: Callable[[], Park],
        models: Callable[[], Sequence[DeviceModel]],
        files: ModelFiles,
        store: Store,
        raw: RawMessages | None = None,
        heard: Callable[[], Iterable[RawMessage]] = tuple,
        reload: Callable[[], None],
        replay: Replay,
    ) -> None:
        """Prepare.

        Args:
            park: the park file as it is now.
            models: device models as they are now.
            files: where taught models go.
            store: where rejections are.
            raw: all messages of the last days; None where they are not kept.
            heard: the last messages of meters that are understood.
            reload: reads the device models again.
            replay: reads kept messages again.
        """
        self._park, self._models, self._files = park, models, files
        self._kept = KeptMessages(store, raw, lambda: Decoder(models(), park()))
        self._heard, self._reload, self._replay = heard, reload, replay
        self._one_at_a_time = threading.Lock()

    def forget(self) -> None:
        """Judge every topic anew: messages are read otherwise from now on."""
        self._kept.forget()

    def unknown_topics(self, limit: int) -> tuple[UnknownTopic, ...]:
        """Topics that nothing understands, the newest first."""
        return self._kept.unknown_topics(limit)

    def propose(self, topic: str) -> Proposal:
        """What can be told about the messages of a topic."""
        messages = self._messages(topic)
        wire = self._wire(topic, messages)
        proposal = drafting.proposed(topic, messages, taken=self._taken)
        return drafting.with_remarks(proposal, wire.remarks())

    def preview(self, draft: Draft) -> Preview:
        """What a draft would do."""
        try:
            messages = self._messages(draft.topic)
        except OnboardingError as error:
            return Preview((), problems=(error.remark,))
        return self._trial(draft, messages).preview()

    def save(self, draft: Draft) -> Saved:
        """Write the model beside the park file, read with it from now on, and read the kept messages again."""
        with self._one_at_a_time:
            preview = self._trial(draft, self._messages(draft.topic)).preview()
            problems = (*preview.problems, *(p for field in preview.fields for p in field.problems))
            for problem in problems:
                raise OnboardingError(problem)
            self._write(draft, preview.text)
            path = self._files.path(draft.name)
            try:
                self._reload()
            except (DeviceModelError, ValueError, OSError) as error:
                path.unlink()
                raise OnboardingError(Remark("not_loaded", str(error), {"text": str(error)})) from error
            logger.info("learnt the device model %s from messages on %r: %s", draft.name, draft.topic, path)
            return Saved(draft.name, str(path), self._again([TopicPattern(draft.topics)]))

    def remove(self, name: str) -> Saved:
        """Put aside a model that was taught here, and read the kept messages again without it."""
        with self._one_at_a_time:
            model = next((m for m in self._models() if m.name == name), None)
            if model is None or not self._files.was_taught(name):
                raise OnboardingError(Remark("not_taught_here", f"no model {name!r} was taught here", {"name": name}))
            try:
                aside = self._files.put_aside(name)
            except OSError as error:
                raise OnboardingError(_about_file("not_moved", str(self._files.path(name)), error)) from error
            try:
                self._reload()
            except (DeviceModelError, ValueError, OSError) as error:
                self._files.put_back(name, aside)
                raise OnboardingError(Remark("not_loaded", str(error), {"text": str(error)})) from error
            logger.info("the device model %s was put aside: %s", name, aside)
            return Saved(name, str(aside), self._again([TopicPattern(text) for text in model.topics]))

    def _messages(self, topic: str) -> tuple[Message, ...]:
        messages = self._kept.last(topic, MESSAGES_TRIED)
        if not messages:
            raise OnboardingError(Remark("no_messages", f"no message on {topic!r} is kept", {"topic": topic}))
        return messages

    def _taken(self, name: str) -> bool:
        return self._files.is_taken(name) or any(model.name == name for model in self._models())

    def _wire(self, topic: str, messages: tuple[Message, ...]) -> Wire:
        return Wire(self._park(), self._models(), topic, messages)

    def _trial(self, draft: Draft, messages: tuple[Message, ...]) -> Trial:
        return Trial(
            draft,
            self._wire(draft.topic, messages),
            name_is_taken=self._taken(draft.name),
            unknown=self._kept.unknown_topics(100),
            heard=tuple(self._heard()),
        )

    def _write(self, draft: Draft, text: str) -> None:
        path = self._files.path(draft.name)
        try:
            self._files.write(draft.name, text, learnt_from=draft.topic)
        except NameTakenError as error:
            what = f"a device model is already named {draft.name}"
            raise OnboardingError(Remark("name_taken", what, {"name": draft.name})) from error
        except DeviceModelError as error:
            raise OnboardingError(Remark("model_unfit", str(error), {"text": str(error)})) from error
        except OSError as error:
            raise OnboardingError(_about_file("not_written", str(path), error)) from error

    def _again(self, patterns: Sequence[TopicPattern]) -> Replayed:
        self._kept.forget()
        try:
            return self._replay(lambda topic: any(pattern.match(topic) is not None for pattern in patterns))
        except (StoreError, UnsettledError, OSError) as error:
            raise OnboardingError(Remark("not_replayed", str(error), {"text": str(error)})) from error


def _about_file(code: str, path: str, error: OSError) -> Remark:
    text = error.strerror or str(error)
    return Remark(code, f"{path}: {text}", {"path": path, "text": text})
