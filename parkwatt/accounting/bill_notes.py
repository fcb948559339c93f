"""What a bill lacks, and what else to know about it: codes with their numbers; the sentences stand with the screens."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class NoteCode(StrEnum):
    """What is said."""

    ENERGY_MISSING = "energy_missing"
    """Some time of some meters is missing: `share` of it, `meters`."""
    NO_TARIFF = "no_tariff"
    """Nobody says what a `meter` costs."""
    NO_CONTRACT = "no_contract"
    """Nobody says which tariff the customer has, so there is no basic charge and no power-factor adjustment."""
    NO_PRICE = "no_price"
    """A `tariff` has no price in the `month`."""
    NO_CAPACITY = "no_capacity"
    """The capacity that is charged is not declared."""
    NO_DEMAND = "no_demand"
    """The demand that is charged is not known."""
    NO_BASIC_PRICE = "no_basic_price"
    """A `tariff` has no price of what the basic charge counts, the `option`."""
    NO_REACTIVE = "no_reactive"
    """No reactive energy is known of some `meters`, and so no power factor."""
    REACTIVE_PARTIAL = "reactive_partial"
    """Reactive energy is not known for a `share` of the energy."""
    ESTIMATED = "estimated"
    """A `share` of the time is estimated."""
    DEMAND_ESTIMATED = "demand_estimated"
    """The maximum demand lies in a gap; the true one may be higher."""
    CONTRACT_RAISED = "contract_raised"
    """The contracted demand is less than counts; `kw` do."""
    HIGH_USE = "high_use"
    """So much was used for the capacity that demand has its lower price."""
    CHARGED_NET = "charged_net"
    """Of some `meters` the balance of each quarter-hour is charged: what came in is not counted by itself."""
    NOT_KEPT = "not_kept"
    """The month is closed in `period`, and its bill is not put down yet."""
    PRICE_OF_BEFORE = "price_of_before"
    """A `tariff` with monthly prices has none for the `month`; that of `used` holds on."""


@dataclass(frozen=True, slots=True)
class Note:
    """Something to know about a bill.

    Attributes:
        code: what.
        values: what its sentence names: shares (0 to 1), amounts, ids.
    """

    code: NoteCode
    values: Mapping[str, float | str] = field(default_factory=dict)
