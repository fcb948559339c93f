"""The cases: what runs, and what may happen to it."""

import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from tests.chaos import clock, disk
from tests.chaos.brokers import Mosquitto, NatsNode, nats_cluster
from tests.chaos.clock import JumpingClock
from tests.chaos.disk import SmallDisk
from tests.chaos.processes import Collect, Process, Serve
from tests.chaos.proxy import Proxy
from tests.chaos.scene import Scene


def _everywhere() -> None:
    """Nothing keeps a case from running."""


@dataclass(frozen=True, slots=True)
class Case:
    """A case.

    Attributes:
        run: does it all but the verdict.
        why_not: why it cannot be played on this machine; None if it can.
    """

    name: str
    run: Callable[[Scene], None]
    why_not: Callable[[], str | None] = _everywhere


def kills_embedded(scene: Scene) -> None:
    """`serve` and its embedded broker are killed, one by one and together."""
    serve = _serve(scene, restart=True)
    scene.publish_to(serve.port, promised=serve.promised)
    scene.strike(
        {
            "kill serve": partial(scene.again, serve),
            "kill broker": partial(_signal_broker, scene, serve, signal.SIGKILL),
            "kill serve and broker": partial(_kill_both, scene, serve),
        }
    )


def kills_mosquitto(scene: Scene) -> None:
    """`collect` is killed; Mosquitto, which promises nothing when killed, is told to stop and started again."""
    mosquitto = scene.run(Mosquitto(scene.folder))
    collect = _collect(scene, mosquitto.port)
    scene.publish_to(mosquitto.port, promised=mosquitto.promised)
    scene.strike(
        {
            "kill collector": partial(scene.again, collect),
            "restart broker": partial(_restart, scene, mosquitto),
            "kill collector, restart broker": partial(_kill_and_restart, scene, collect, mosquitto),
        }
    )


def kills_cluster(scene: Scene) -> None:
    """`collect` and one node of three at a time are killed."""
    nodes = _cluster(scene)
    collect = _collect(scene, *(node.port for node in nodes))
    scene.publish_to(*(node.port for node in nodes), promised=nodes[0].promised)

    def kill_node() -> None:
        node = scene.rng.choice(nodes)
        scene.again(node)
        scene.wait(lambda: all(n.healthy() for n in nodes), what="the cluster has caught up")

    scene.strike({"kill node": kill_node, "kill collector": partial(scene.again, collect)})


def store_full(scene: Scene) -> None:
    """The store refuses for a long time while readings go on coming."""
    disk = scene.own(SmallDisk(scene.folder / "store"))
    serve = _serve(scene, restart=True, small_store=True)
    scene.publish_to(serve.port, promised=serve.promised)

    def fill() -> None:
        disk.fill()
        before = scene.acknowledged()
        scene.pause(scene.rng.uniform(0.3, 1.2) * scene.effort.pause)
        scene.wait(lambda: scene.acknowledged() > before, what="live messages are taken while the store is full")
        scene.wait(lambda: (seen := scene.look()) and seen.counts["lost"], what="the full store refuses")
        if scene.rng.random() < 0.5:
            scene.again(serve)
            scene.done["kill serve while its store is full"] += 1
            scene.pause(scene.rng.uniform(0, scene.effort.pause))
        disk.make_room()

    scene.strike({"fill store": fill, "kill serve": partial(scene.again, serve)})


def disks_full(scene: Scene) -> None:
    """The disks of store, spool and broker fill up, each by itself and all at once."""
    disks = {
        "store": scene.own(SmallDisk(scene.folder / "store")),
        "spool": scene.own(SmallDisk(scene.folder / "data" / "spool")),
        "broker": scene.own(SmallDisk(scene.folder / "data" / "broker")),
    }
    serve = _serve(scene, restart=True, small_store=True)
    scene.publish_to(serve.port, promised=serve.promised)

    def fill(*names: str) -> None:
        for name in names:
            disks[name].fill()
        scene.pause(scene.rng.uniform(0.3, 1.2) * scene.effort.pause)
        if scene.rng.random() < 0.5:
            scene.again(serve)
            scene.done["kill serve while disks are full"] += 1
            scene.pause(scene.rng.uniform(0, scene.effort.pause))
        for name in names:
            disks[name].make_room()

    scene.strike(
        {
            "fill store and spool": partial(fill, "store", "spool"),
            "fill broker": partial(fill, "broker"),
            "fill all disks": partial(fill, "store", "spool", "broker"),
        }
    )


def broker_restarts(scene: Scene) -> None:
    """The embedded broker is told to stop, again and again."""
    serve = _serve(scene, restart=True)
    scene.publish_to(serve.port, promised=serve.promised)
    scene.strike(
        {
            "restart broker": partial(_signal_broker, scene, serve, signal.SIGTERM),
            "kill broker": partial(_signal_broker, scene, serve, signal.SIGKILL),
        },
        share=0.6,  # each time it takes longer to come back
    )


def cuts(scene: Scene) -> None:
    """The network between devices, broker and collector cuts, half-closes and holds up connections."""
    broker = _some_broker(scene)
    before, behind = (scene.own(Proxy(broker.port, rng=scene.rng)) for _ in range(2))
    before.start()
    behind.start()
    collect = _collect(scene, behind.port)
    scene.publish_to(before.port, promised=broker.promised)
    scene.strike(
        {"kill collector": partial(scene.again, collect), "freeze collector": partial(_freeze, scene, collect)}
    )
    for proxy in (before, behind):
        proxy.be_kind()
        scene.done.update(proxy.done)


def told_to_stop(scene: Scene) -> None:
    """`serve` is told to stop under load, and started again."""
    serve = _serve(scene)
    scene.publish_to(serve.port, promised=serve.promised)
    scene.strike({"stop serve": partial(_restart, scene, serve), "kill serve": partial(scene.again, serve)})


def twins(scene: Scene) -> None:
    """Two collectors share a client id and throw each other out; each has a store of its own."""
    broker = _some_broker(scene)
    pair = [_collect(scene, broker.port, name=name) for name in ("collect-a", "collect-b")]
    scene.publish_to(broker.port, promised=broker.promised)
    scene.strike({"kill collector": lambda: scene.again(scene.rng.choice(pair))})


def partitions(scene: Scene) -> None:
    """Two collectors share the messages by partition; each has a store of its own."""
    broker = _some_broker(scene)
    pair = [
        _collect(scene, broker.port, name=f"collect-{part}", options=("--partition", f"{part}/2")) for part in (1, 2)
    ]
    scene.publish_to(broker.port, promised=broker.promised)
    scene.strike({"kill collector": lambda: scene.again(scene.rng.choice(pair))})


def clock_jumps(scene: Scene) -> None:
    """The clock of broker and collector jumps forwards and backwards."""
    jumping = JumpingClock(scene.folder / "clock", rng=scene.rng)
    mosquitto = scene.run(Mosquitto(scene.folder, environment=jumping.environment))
    collect = scene.run(Collect(scene.folder, broker_ports=[mosquitto.port], environment=jumping.environment))
    scene.stores.append(collect.store)
    scene.publish_to(mosquitto.port, promised=mosquitto.promised)
    scene.strike({"clock jump": jumping.jump, "kill collector": partial(scene.again, collect)})


CASES = (
    Case("kills, embedded broker", kills_embedded),
    Case("kills, Mosquitto", kills_mosquitto),
    Case("kills, NATS cluster", kills_cluster),
    Case("store full", store_full, disk.why_not),
    Case("disks full", disks_full, disk.why_not),
    Case("broker restarts", broker_restarts),
    Case("connections cut", cuts),
    Case("told to stop", told_to_stop),
    Case("same client id twice", twins),
    Case("two partitions", partitions),
    Case("clock jumps", clock_jumps, lambda: None if clock.library() else "faketime is not installed"),
)


def _serve(scene: Scene, *, restart: bool = False, small_store: bool = False) -> Serve:
    store = scene.folder / "store" / "park.duckdb" if small_store else None
    serve = scene.run(Serve(scene.folder, store=store), restart=restart)
    scene.stores.append(serve.store)
    return serve


def _collect(scene: Scene, *broker_ports: int, name: str = "collect", options: Sequence[str] = ()) -> Collect:
    collect = scene.run(Collect(scene.folder, *options, broker_ports=broker_ports, name=name))
    scene.stores.append(collect.store)
    return collect


def _cluster(scene: Scene, *, size: int = 3) -> list[NatsNode]:
    nodes = [scene.run(node) for node in nats_cluster(scene.folder, size=size)]
    scene.wait(lambda: all(node.healthy() for node in nodes), what="the NATS servers are up")
    return nodes


def _some_broker(scene: Scene) -> Mosquitto | NatsNode:
    if scene.rng.random() < 0.5:
        return scene.run(Mosquitto(scene.folder))
    return _cluster(scene, size=1)[0]


def _signal_broker(scene: Scene, serve: Serve, how: signal.Signals) -> None:
    scene.wait(lambda: serve.signal_broker(how), what="the embedded broker is there")


def _freeze(scene: Scene, process: Process) -> None:
    process.freeze()
    scene.pause(scene.rng.uniform(0, scene.effort.pause))
    process.thaw()


def _kill_both(scene: Scene, serve: Serve) -> None:
    serve.signal_broker(signal.SIGKILL)
    scene.again(serve)


def _restart(scene: Scene, process: Mosquitto | Serve) -> None:
    process.stop()
    scene.pause(scene.rng.uniform(0, 1))
    process.start()


def _kill_and_restart(scene: Scene, collect: Collect, mosquitto: Mosquitto) -> None:
    collect.kill()
    _restart(scene, mosquitto)
    collect.start()
