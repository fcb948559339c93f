"""Sees to it that our buckets are there, and keep what they hold for as long as was asked."""

import logging
from typing import Final

import urllib3
from influxdb_client.client.exceptions import InfluxDBError
from influxdb_client.client.influxdb_client import InfluxDBClient
from influxdb_client.domain.bucket import Bucket
from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dbrp_create import DBRPCreate
from influxdb_client.rest import ApiException
from influxdb_client.service.dbr_ps_service import DBRPsService

from parkwatt.store.base import StoreUnavailableError
from parkwatt.store.influx.connection import AnsweredError, Connection
from parkwatt.store.influx.influxql import named

_DAY_S: Final = 86_400
_DATABASE: Final = "/api/v3/configure/database"
_CONFLICT: Final = 409
_NOT_OURS: Final = frozenset({401, 403, 404, 405})
"""What a server answers where the token, or the product, does not let us set things up."""

_REFUSED: Final = frozenset({200, 400, 401, 403})
_NOT_OURS_TO_DO: Final = frozenset({401, 403, 404, 409, 422})
"""Answers to a token that may not list or make buckets; 409 and 422 are for one that is there, but not to be seen."""

logger = logging.getLogger(__name__)


def prepare(connection: Connection) -> None:
    """Make the buckets that are missing, let InfluxQL find them, and set how long readings are kept.

    Where the token may not do that, the buckets have to be there: reading and writing will tell.

    Raises:
        StoreUnavailableError: if the server cannot be asked.
    """
    match connection.generation:
        case 1:
            _databases(connection)
        case 2:
            _buckets(connection)
        case _:
            _databases_of_three(connection)


def _databases_of_three(connection: Connection) -> None:
    """Make the databases, which have no retention policies in InfluxDB 3 but a retention period each."""
    address = connection.address
    for name, days in ((address.bucket, address.retention_days), (address.derived_bucket, None)):
        wanted = {"db": name} | ({} if days is None else {"retention_period": f"{days}d"})
        try:
            connection.configure("POST", _DATABASE, wanted)
        except AnsweredError as error:
            if error.status == _CONFLICT:
                if days is not None:
                    _keep_for(connection, wanted)
            elif error.status in _NOT_OURS:
                logger.warning("the token may not make databases (%s): %s must be there", error.status, name)
            else:
                raise


def _keep_for(connection: Connection, wanted: dict[str, str]) -> None:
    """Set the retention period of a database that is there; versions before 3.2 cannot."""
    try:
        connection.configure("PUT", _DATABASE, wanted)
    except AnsweredError as error:
        logger.warning("how long %s is kept was not set: %s", wanted["db"], error)


def _databases(connection: Connection) -> None:
    address = connection.address
    there = {name for series in connection.query("SHOW DATABASES") for name in series.column("name")}
    for database in (address.bucket, address.derived_bucket):
        if database not in there:
            _try(connection, f"CREATE DATABASE {named(database)}")
    if address.retention_days is not None:
        kept = f"DURATION {address.retention_days}d"
        _try(connection, f"ALTER RETENTION POLICY autogen ON {named(address.bucket)} {kept}")


def _try(connection: Connection, statement: str) -> None:
    try:
        connection.query(statement)
    except AnsweredError as error:
        if error.status not in _REFUSED:
            raise
        logger.warning("%s was refused: %s", statement, error)


def _buckets(connection: Connection) -> None:
    address, client = connection.address, connection.client
    for name, days in ((address.bucket, address.retention_days), (address.derived_bucket, None)):
        try:
            _let_influxql_find(client, _bucket(client, name, org=address.org, days=days), name)
        except InfluxDBError as error:
            status = getattr(error, "status", 404)
            if status not in _NOT_OURS_TO_DO:
                message = f"InfluxDB at {address.url} could not be set up ({status}): {error.message}"
                raise StoreUnavailableError(message) from error
            logger.warning("bucket %s is not looked after (%s: %s); it has to be there", name, status, error.message)
        except urllib3.exceptions.HTTPError as error:
            message = f"InfluxDB at {address.url} cannot be reached: {error}"
            raise StoreUnavailableError(message) from error


def _bucket(client: InfluxDBClient, name: str, *, org: str, days: int | None) -> Bucket:
    buckets = client.buckets_api()
    seconds = (days or 0) * _DAY_S
    found = _found(client, name)
    if found is None:
        logger.info("making bucket %s, kept %s", name, f"{days} days" if days else "for ever")
        rules = BucketRetentionRules(type="expire", every_seconds=seconds)
        return buckets.create_bucket(bucket_name=name, org=org, retention_rules=rules)
    kept = next((rule.every_seconds for rule in found.retention_rules or ()), 0)
    if days is not None and kept != seconds:
        logger.info("bucket %s was kept %d days, now %d", name, kept // _DAY_S, days)
        found.retention_rules = [BucketRetentionRules(type="expire", every_seconds=seconds)]
        buckets.update_bucket(bucket=found)
    return found


def _found(client: InfluxDBClient, name: str) -> Bucket | None:
    try:
        found: Bucket | None = client.buckets_api().find_bucket_by_name(name)
    except ApiException as error:
        if error.status != 404:
            raise
        return None
    return found


def _let_influxql_find(client: InfluxDBClient, bucket: Bucket, name: str) -> None:
    """Map the bucket as a database, for servers that do not do so by themselves."""
    mappings = DBRPsService(client.api_client)
    known = mappings.get_dbr_ps(org_id=bucket.org_id, db=name).content or ()
    if any(mapping.database == name for mapping in known):
        return
    mappings.post_dbrp(
        DBRPCreate(bucket_id=bucket.id, database=name, retention_policy="autogen", default=True, org_id=bucket.org_id)
    )
