"""The options that several commands share, each with its environment variable."""

from pathlib import Path
from typing import Annotated

import typer

ParkOption = Annotated[Path, typer.Option("--park", envvar="PARKWATT_PARK", help="The park file.")]
BrokerOption = Annotated[
    str,
    typer.Option(
        "--broker",
        envvar="PARKWATT_BROKER",
        help="mqtt://user@host:1883 or mqtts://host:8883; the nodes of a cluster with commas between.",
    ),
]
StoreOption = Annotated[
    str,
    typer.Option(
        "--store",
        envvar="PARKWATT_STORE",
        help="duckdb:///path/park.duckdb, the path from the root on; or influx://host:8086/?org=O&bucket=B",
    ),
]
DataDirOption = Annotated[
    Path, typer.Option("--data-dir", envvar="PARKWATT_DATA_DIR", help="Folder for the store and the embedded broker.")
]
HttpHostOption = Annotated[
    str,
    typer.Option(
        "--http-host",
        envvar="PARKWATT_HTTP_HOST",
        help="Address of the page; another than this machine's needs a password.",
    ),
]
HttpPortOption = Annotated[int, typer.Option("--http-port", envvar="PARKWATT_HTTP_PORT", help="Port of the page.")]
MqttHostOption = Annotated[
    str,
    typer.Option(
        "--mqtt-host",
        envvar="PARKWATT_MQTT_HOST",
        help="Address of the embedded broker; another than this machine's needs a password.",
    ),
]
MqttPortOption = Annotated[
    int, typer.Option("--mqtt-port", envvar="PARKWATT_MQTT_PORT", help="Port of the embedded broker.")
]
MqttPasswordOption = Annotated[
    str | None,
    typer.Option(
        "--mqtt-password",
        envvar="PARKWATT_MQTT_PASSWORD",
        help="Password at the broker; better in the environment.",
        show_envvar=True,
    ),
]
CaOption = Annotated[
    Path | None, typer.Option("--mqtt-ca", envvar="PARKWATT_MQTT_CA", help="Certificates to trust, for mqtts.")
]
CertificateOption = Annotated[
    Path | None, typer.Option("--mqtt-cert", envvar="PARKWATT_MQTT_CERT", help="Our certificate, for mqtts.")
]
KeyOption = Annotated[
    Path | None, typer.Option("--mqtt-key", envvar="PARKWATT_MQTT_KEY", help="Key of our certificate.")
]
TopicsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--topic", envvar="PARKWATT_TOPICS", help="Topic filter to listen to; may be repeated. All if left out."
    ),
]
SpoolDirOption = Annotated[
    Path | None,
    typer.Option(
        "--spool-dir",
        envvar="PARKWATT_SPOOL_DIR",
        help="Folder for readings that the store could not take yet; `spool` in the data folder if left out.",
    ),
]
SpoolLimitOption = Annotated[
    float,
    typer.Option(
        "--spool-limit", metavar="GB", min=0.01, envvar="PARKWATT_SPOOL_LIMIT", help="Most the spool may take [GB]."
    ),
]
RawDaysOption = Annotated[
    float,
    typer.Option(
        "--raw-days",
        min=0,
        envvar="PARKWATT_RAW_DAYS",
        help="Keep every message as it came for so many days, to be replayed over a corrected model; 0 keeps none.",
    ),
]
RawDirOption = Annotated[
    Path | None,
    typer.Option(
        "--raw-dir",
        envvar="PARKWATT_RAW_DIR",
        help="Folder for the messages as they came; `raw` in the data folder if left out.",
    ),
]
RawLimitOption = Annotated[
    float,
    typer.Option(
        "--raw-limit",
        metavar="GB",
        min=0.01,
        envvar="PARKWATT_RAW_LIMIT",
        help="Most the messages as they came may take [GB]; beyond it the oldest go.",
    ),
]
PartitionOption = Annotated[
    str | None,
    typer.Option(
        "--partition",
        metavar="I/N",
        envvar="PARKWATT_PARTITION",
        help="Collect only the I-th of N disjoint parts of all topics; the others are for other collectors.",
    ),
]
ShareOption = Annotated[
    str | None,
    typer.Option(
        "--share",
        metavar="GROUP",
        envvar="PARKWATT_SHARE",
        help="Share the messages with the other collectors of a group: an MQTT 5 shared subscription.",
    ),
]
MemberOption = Annotated[
    str | None,
    typer.Option(
        "--member",
        metavar="ID",
        envvar="PARKWATT_MEMBER",
        help="Our name in the group of --share, the same at every start; 1 if left out.",
    ),
]
RetentionOption = Annotated[
    float | None,
    typer.Option(
        "--retention-days",
        envvar="PARKWATT_RETENTION_DAYS",
        min=1,
        help="Delete readings older than this; keeps all if left out.",
    ),
]
PasswordOption = Annotated[
    str | None,
    typer.Option("--password", envvar="PARKWATT_PASSWORD", help="Password of the page; better in the environment."),
]
OptionalParkOption = Annotated[
    Path | None,
    typer.Option("--park", envvar="PARKWATT_PARK", help="The park file; without it ids stay as on the wire."),
]
OptionalBrokerOption = Annotated[
    str | None,
    typer.Option(
        "--broker",
        envvar="PARKWATT_BROKER",
        help="A broker of your own: mqtt://user@host:1883 or mqtts://...; else the embedded one.",
    ),
]
OptionalStoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        envvar="PARKWATT_STORE",
        help="duckdb:///path/park.duckdb or influx://host:8086/?org=O&bucket=B; else a file in --data-dir.",
    ),
]
BackupDirOption = Annotated[
    Path | None,
    typer.Option(
        "--backup-dir",
        metavar="DIR",
        envvar="PARKWATT_BACKUP_DIR",
        help="Make a backup there every night at 02:30 of the park's clock; none if left out.",
    ),
]
BackupKeepOption = Annotated[
    int,
    typer.Option("--backup-keep", metavar="N", min=1, envvar="PARKWATT_BACKUP_KEEP", help="Nightly backups to keep."),
]
HeartbeatOption = Annotated[
    Path | None,
    typer.Option(
        "--heartbeat",
        metavar="FILE",
        envvar="PARKWATT_HEARTBEAT",
        help="File that says every five seconds how the process is, for `parkwatt health`.",
    ),
]
