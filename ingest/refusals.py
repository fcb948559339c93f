"""What a store refuses for good must not hold up the rest: it is found by halving and kept as rejections."""

from dataclasses import replace

from parkwatt.readings import Rejection, to_iso
from parkwatt.store import Batch, Store, StoreError, StoreUnavailableError


def write_or_divide(store: Store, batch: Batch) -> None:
    """Write a batch; of one that the store refuses, write what it takes and the rest as rejections with its reason.

    Raises:
        StoreUnavailableError: if the store takes nothing now; a part may have been written, which does no harm when
            the whole is written again.
    """
    try:
        store.write(batch)
    except StoreUnavailableError:
        raise
    except StoreError as error:
        if len(batch.readings) > 1:
            middle = len(batch.readings) // 2
            first, rest = batch.readings.take(slice(middle)), batch.readings.take(slice(middle, None))
            write_or_divide(store, replace(batch, readings=first))
            write_or_divide(store, Batch(rest, (), batch.arrived, late=batch.late))
        elif len(batch.readings):
            write_or_divide(store, _without_its_reading(batch, error))
        else:
            message = f"the store takes not even what could not be read: {error}"
            raise StoreUnavailableError(message) from error


def _without_its_reading(batch: Batch, error: StoreError) -> Batch:
    (refused,) = batch.readings
    text = f"{refused.meter} {refused.phase or ''} {refused.quantity} {refused.value!r} at {to_iso(refused.time)}"
    payload = text.encode("utf-8", "backslashreplace")
    topic = ascii(refused.meter)[1:-1]
    rejection = Rejection(topic, payload, batch.arrived, f"the store refused: {ascii(str(error))[1:-1]}")
    return replace(batch, readings=batch.readings.take(slice(0)), rejections=[*batch.rejections, rejection])
