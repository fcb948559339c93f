"""Telegraf on the same broker, acknowledging after its output has written: as it comes, and tuned for throughput."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.plan import Plan, say
from bench.publisher import Load
from bench.race import compare, from_full_session, live, median_run
from bench.receivers import Collectors, InexactError, Processes, Receiver
from bench.result import Result
from bench.usage import Meter

_AS_IT_COMES = {
    "interval": '"10s"', "flush_interval": '"10s"', "metric_batch_size": "1000", "metric_buffer_limit": "10000",
}  # fmt: skip
_UNDELIVERED_AS_IT_COMES, _UNDELIVERED_TUNED = 1_000, 10_000
# It writes when a batch is full, or at the flush interval: a batch larger than the window would always wait for that.
_TUNED = {
    "interval": '"1s"', "flush_interval": '"100ms"', "metric_batch_size": "5000", "metric_buffer_limit": "500000",
}  # fmt: skip
_PARSER = """
  data_format = "json_v2"
  [[inputs.mqtt_consumer.json_v2]]
    measurement_name = "readings"
    [[inputs.mqtt_consumer.json_v2.object]]
      path = "@this"
      timestamp_key = "time"
      timestamp_format = "unix_ms"
"""


class Telegraf:
    """One telegraf process that writes lines to a file, which is what it does fastest."""

    sessions = 1

    def __init__(self, folder: Path, *, tuned: bool) -> None:
        self._folder, self._tuned = folder, tuned
        folder.mkdir(parents=True, exist_ok=True)
        self._lines = folder / "readings.lp"
        self._processes = Processes(folder / "telegraf.log")

    @staticmethod
    def is_installed() -> bool:
        """Whether it is on PATH."""
        return shutil.which("telegraf") is not None

    def configuration(self, port: int) -> str:
        """The file it is started with."""
        agent = _TUNED if self._tuned else _AS_IT_COMES
        undelivered = _UNDELIVERED_TUNED if self._tuned else _UNDELIVERED_AS_IT_COMES
        settings = "\n".join(f"  {name} = {value}" for name, value in agent.items())
        return f"""[agent]
  omit_hostname = true
  quiet = true
{settings}
[[outputs.file]]
  files = ["{self._lines.as_posix()}"]
  data_format = "influx"
[[inputs.mqtt_consumer]]
  servers = ["tcp://127.0.0.1:{port}"]
  topics = ["#"]
  qos = 1
  persistent_session = true
  client_id = "telegraf"
  max_undelivered_messages = {undelivered}
{_PARSER}"""

    def start(self, port: int) -> None:
        """Write its configuration and start it."""
        config = self._folder / "telegraf.conf"
        config.write_text(self.configuration(port), encoding="utf-8")
        self._processes.run(["telegraf", "--config", str(config)])

    def usages(self) -> list[Meter]:
        """What it uses."""
        return self._processes.usages()

    def stop(self) -> None:
        """SIGTERM: it flushes."""
        self._processes.stop()

    def check(self, load: Load) -> None:
        """A line for every message, at least: it may write one twice."""
        with self._lines.open("rb") as lines:
            count = sum(1 for _ in lines)
        if count < load.messages:
            message = f"{load.messages:,} messages were acknowledged and {count:,} lines written"
            raise InexactError(message)

    def bytes_on_disk(self) -> int:
        """Of its lines."""
        return self._lines.stat().st_size


def measure(plan: Plan) -> Iterator[Result]:
    """Parkwatt against Telegraf, live and from a full session."""
    if not Telegraf.is_installed():
        yield Result(what="telegraf, acknowledged after write", measured="not measured: telegraf is not installed here")
        return
    load = Load(plan.messages)
    for tuned, name in ((False, "as it comes"), (True, "tuned")):
        for way, where in ((live, "live"), (from_full_session, "from a full session")):
            say(f"telegraf {name}, {where}: {load.messages:,} messages, {plan.turns} turns")
            receivers: list[Callable[[Path], Receiver]] = [
                partial(Collectors, meters=load.meters),
                partial(Telegraf, tuned=tuned),
            ]
            with TemporaryDirectory() as folder:
                ours, theirs = compare(way, receivers, load, Path(folder), times=plan.turns)
            rate, other = median_run(ours).rate, median_run(theirs).rate
            yield Result(
                what=f"messages of 6 values, {where}, against telegraf {name}",
                measured=f"{rate:,.0f} messages/s",
                limit=f"telegraf to a file: {other:,.0f} messages/s",
                ratio=rate / other,
                numbers={"rates": [run.rate for run in ours], "telegraf_rates": [run.rate for run in theirs]},
            )
