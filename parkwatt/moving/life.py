"""What a store has beside readings: rejections, and the counts over its life."""

from collections.abc import Iterator

from parkwatt.columns import Columns
from parkwatt.moving.copying import Source
from parkwatt.readings import Millis, Rejection
from parkwatt.store import Batch, Replacement, Store, Totals

_PAGE = 500


def rejection_pages(source: Source, *, page: int = _PAGE) -> Iterator[list[Rejection]]:
    """All rejections, the newest first, in pages; those of one arrival are in one page."""
    before: Millis | None = None
    limit = page
    while found := source.rejections(limit=limit, before=before):
        if len(found) < limit:
            yield found
            return
        oldest = found[-1].arrived
        whole = [rejection for rejection in found if rejection.arrived > oldest]
        if whole:
            yield whole
            before, limit = oldest + 1, page
        else:
            limit *= 2  # a page of one arrival: there may be more of it


def copy_rejections(source: Source, target: Store) -> int:
    """Bring over what could not be read, as far as the target does not have it; how many that are.

    Raises:
        StoreError: if one of both fails; what is written by then stands.
    """
    pages = rejection_pages(source)
    return sum(target.replace(Replacement(reread=(), rejections=page)).rejected for page in pages)


def missing_rejections(source: Source, target: Store) -> int:
    """How many rejections of the source the target does not have.

    Raises:
        StoreError: if one of both cannot be asked.
    """
    return sum(target.compare(Replacement(rejections=page)).rejected for page in rejection_pages(source))


def totals_of(source: Source) -> Totals:
    """Counts over the life of a store, also of one that learns them when it is first asked for something else."""
    source.rejections(limit=1)
    return source.totals()


def carry_totals(source: Source, target: Store) -> bool:
    """Let a target that has counted no message go on where the source ends; whether it did.

    Raises:
        StoreError: if one of both fails.
    """
    theirs, ours = totals_of(source), totals_of(target)
    if ours.received or not theirs.received:
        return False
    carried = Totals(*(max(0, count - here) for count, here in zip(theirs, ours, strict=True)))
    target.write(Batch(Columns.of(()), carried=carried))
    return True
