"""Where figures come from, for the HTTP interface and the page."""

from dashboards.live.context import Context
from parkwatt.explaining import Chain, Explainer, Question
from parkwatt.explaining.looking import nowhere
from parkwatt.explaining.places import ParkPlaces
from parkwatt.explaining.since import Since, since


def explained(context: Context, question: Question) -> Chain:
    """The chain of a figure, by the park file and the readings of now.

    Raises:
        NoFigureError: if there is no such figure, or its chain would be too long.
        StoreUnavailableError: the store cannot be asked now.
        OSError: kept messages cannot be read.
    """
    places = nowhere if context.park_file is None else ParkPlaces(context.park_file)
    explainer = Explainer.of(context.store, context.park, clock=context.clock, origins=context.origins, places=places)
    return explainer.explain(question)


def counted_since(context: Context, chain: Chain) -> Since | None:
    """What registers have counted since a chain ends; None where its time is over.

    Raises:
        StoreUnavailableError: the store cannot be asked now.
    """
    if chain.running is None:
        return None
    return since(context.store, context.park, chain.running, now=context.clock())
