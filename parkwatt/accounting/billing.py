"""Puts the bill of a month together from what was metered.

Energy charge per period + basic charge + power-factor adjustment on both + government funds. What is not known is no
zero: its line has no amount, and the bill says what it lacks.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from math import fsum

import numpy as np
from numpy.typing import NDArray

from parkwatt.accounting import basic_charge
from parkwatt.accounting.basic_charge import Month, Option, Rules
from parkwatt.accounting.bill import Bill, Metered, Reactive, Shares, entries, month_after
from parkwatt.accounting.bill_energy import Day, days, together
from parkwatt.accounting.bill_lines import Item, Line, hundredths
from parkwatt.accounting.bill_notes import Note, NoteCode
from parkwatt.accounting.charged import charged, given_back
from parkwatt.accounting.demand import Maximum, maximum
from parkwatt.accounting.factors import FactorBook
from parkwatt.accounting.intervals import Floats, added, missing
from parkwatt.accounting.power_factor import adjustment, power_factor, table_of
from parkwatt.accounting.prices import Pricing
from parkwatt.accounting.tariff import Period
from parkwatt.park import Customer, Park
from parkwatt.park.tariffs import Tariff

_ALL = 1 - 1e-9
"""A share that is all of it, after rounding."""


def bill(park: Park, owner: str | None, month: date, metered: Metered, borders: NDArray[np.int64]) -> Bill:
    """The bill of an enterprise (None: the park) of a month.

    Args:
        park: with its tariffs and prices.
        owner: who pays.
        month: any day in it.
        metered: what was metered in it.
        borders: of the month's 15 minutes [ms].

    Raises:
        NoMetersError: if nothing is metered at the customer's entry.
    """
    return _Making(park, owner, month.replace(day=1), metered, borders).bill()


class _Making:
    """Puts a bill together."""

    def __init__(
        self, park: Park, owner: str | None, month: date, metered: Metered, borders: NDArray[np.int64]
    ) -> None:
        self._park, self._owner, self._month, self._borders = park, owner, month, borders
        self._customer: Customer = park if owner is None else park.enterprise_by_id[owner]
        self._pricing = Pricing(park)
        self._contract = self._pricing.contract(owner)
        self._meters = entries(park, owner)
        self._energy = {meter.id: metered.energy.get(meter.id, missing(borders)) for meter in self._meters}
        self._metered = metered
        self._charged = {m: charged(part, self._counted(m)) for m, part in self._energy.items()}
        self._lacks: list[Note] = []
        self._remarks: list[Note] = []

    def bill(self) -> Bill:
        """The bill."""
        shares = self._shares()
        by_tariff = self._by_tariff()
        dates = [self._month + timedelta(days=n) for n in range((month_after(self._month) - self._month).days)]
        per_day: dict[str, tuple[Day, ...]] = {}
        energy: list[Line] = []
        funds: list[Line] = []
        for tariff, meters in by_tariff:
            per_day[tariff.id] = days(self._pricing, tariff, [self._charged[m] for m in meters], dates)
            energy += self._energy_lines(tariff, per_day[tariff.id])
            funds += self._funds(tariff, per_day[tariff.id])
        in_contract = next((m for t, m in by_tariff if self._contract is not None and t.id == self._contract.id), [])
        demand = self._demand(in_contract)
        basic = self._basic(demand, energy)
        basics = self._basic_lines(basic)
        reactive = self._metered_reactive(in_contract)
        adjusted = self._adjusted(energy, basics, reactive)
        self._netted()
        return Bill(
            owner=self._owner,
            month=self._month,
            meters=tuple(meter.id for meter in self._meters),
            lines=(*energy, *basics, *adjusted, *funds),
            days=per_day,
            demand=demand,
            reactive=reactive,
            shares=shares,
            lacks=tuple(self._lacks),
            remarks=tuple(self._remarks),
            basic=basic,
            given_back=self._given_back(),
        )

    def _shares(self) -> Shares:
        total = added(list(self._energy.values()), self._borders)
        measured, estimated = float(total.measured.mean()), float(total.estimated.mean())
        absent = 0.0 if measured + estimated >= _ALL else 1.0 - measured - estimated
        if absent:
            lacking = [m for m, part in self._energy.items() if (part.measured + part.estimated < _ALL).any()]
            self._lacks.append(Note(NoteCode.ENERGY_MISSING, {"share": absent, "meters": ", ".join(lacking)}))
        if estimated:
            self._remarks.append(Note(NoteCode.ESTIMATED, {"share": estimated}))
        return Shares(measured, estimated, absent)

    def _by_tariff(self) -> list[tuple[Tariff, list[str]]]:
        """Entry meters by what charges them, the contract's tariff first."""
        found: dict[str, tuple[Tariff, list[str]]] = {}
        if self._contract is not None:
            found[self._contract.id] = (self._contract, [])
        for meter in self._meters:
            tariff = self._pricing.tariff_of(meter)
            if tariff is None:
                self._lacks.append(Note(NoteCode.NO_TARIFF, {"meter": meter.id}))
                continue
            found.setdefault(tariff.id, (tariff, []))[1].append(meter.id)
        return [(tariff, meters) for tariff, meters in found.values() if meters]

    def _energy_lines(self, tariff: Tariff, per_day: Sequence[Day]) -> Iterator[Line]:
        prices = self._pricing.unit_prices(tariff, self._month)
        if not prices:
            self._lacks.append(Note(NoteCode.NO_PRICE, {"tariff": tariff.id, "month": f"{self._month:%Y-%m}"}))
        used = self._pricing.forgotten(tariff, self._month)
        if used is not None:
            said = {"tariff": tariff.id, "month": f"{self._month:%Y-%m}", "used": used}
            self._remarks.append(Note(NoteCode.PRICE_OF_BEFORE, said))
        basis = self._pricing.ids_of(tariff, self._month)
        for period in Period:
            if any(period in day.kwh for day in per_day):
                price = prices[period].energy if period in prices else None
                yield Line(Item(period.value), tariff.id, together(per_day, (period,)), "kWh", price, basis)

    def _funds(self, tariff: Tariff, per_day: Sequence[Day]) -> Iterator[Line]:
        price = self._pricing.price(tariff, self._month)
        if price is None or not price.funds:
            return
        basis = self._pricing.ids_of(tariff, self._month)[:1]
        yield Line(Item.FUNDS, tariff.id, together(per_day), "kWh", Decimal(str(price.funds)), basis)

    def _demand(self, meters: Sequence[str]) -> Maximum | None:
        found = maximum(added([self._charged[meter] for meter in meters], self._borders)) if meters else None
        if found is not None and found.estimated:
            self._remarks.append(Note(NoteCode.DEMAND_ESTIMATED))
        return found

    def _basic(self, demand: Maximum | None, energy: Sequence[Line]) -> Month:
        tariff = self._contract
        kwh = sum((line.quantity or Decimal(0) for line in energy if tariff and line.tariff == tariff.id), Decimal(0))
        return Month(
            customer=self._customer,
            price=None if tariff is None else self._pricing.price(tariff, self._month),
            rules=Rules.of(FactorBook.of(self._park), year=self._month.year),
            maximum=None if demand is None else hundredths(demand.value),
            kwh=kwh,
            basis=() if tariff is None else self._pricing.ids_of(tariff, self._month)[:1],
        )

    def _basic_lines(self, basic: Month) -> tuple[Line, ...]:
        option = basic_charge.chosen(self._customer)
        if self._contract is None and (option or self._customer.power_factor_standard):
            self._lacks.append(Note(NoteCode.NO_CONTRACT))
        if option is None or self._contract is None:
            return ()
        lines = basic_charge.basic_charge(basic, option, tariff=self._contract.id)
        for line in lines:
            if line.quantity is None:
                code = NoteCode.NO_CAPACITY if option is Option.CAPACITY else NoteCode.NO_DEMAND
                self._lacks.append(Note(code))
            elif line.unit_price is None and basic.price is not None:
                self._lacks.append(Note(NoteCode.NO_BASIC_PRICE, {"tariff": self._contract.id, "option": option.value}))
        if option is Option.CONTRACT and basic.is_raised:
            self._remarks.append(Note(NoteCode.CONTRACT_RAISED, {"kw": float(basic.contracted or 0)}))
        if option is not Option.CAPACITY and basic.has_high_use:
            self._remarks.append(Note(NoteCode.HIGH_USE))
        return lines

    def _metered_reactive(self, meters: Sequence[str]) -> Reactive | None:
        if self._customer.power_factor_standard is None or not meters:
            return None
        lacking = [meter for meter in meters if meter not in self._metered.reactive]
        if lacking:
            self._lacks.append(Note(NoteCode.NO_REACTIVE, {"meters": ", ".join(lacking)}))
            return None
        energy = added([self._charged[meter] for meter in meters], self._borders)
        kvarh = added([self._metered.reactive[meter] for meter in meters], self._borders)
        known, both = energy.counted > 0, (energy.counted == len(meters)) & (kvarh.counted == len(meters))
        if not known.any():
            return None
        all_of_it, within = float(energy.amount[known].sum()), float(energy.amount[both].sum())
        share = within / all_of_it if all_of_it else 1.0
        if not both.any():
            self._lacks.append(Note(NoteCode.NO_REACTIVE, {"meters": ", ".join(meters)}))
            return None
        if share < _ALL:
            self._lacks.append(Note(NoteCode.REACTIVE_PARTIAL, {"share": 1.0 - share}))
        return Reactive(hundredths(within), hundredths(float(kvarh.amount[both].sum())), share)

    def _adjusted(self, energy: Sequence[Line], basics: Sequence[Line], reactive: Reactive | None) -> Iterator[Line]:
        standard = self._customer.power_factor_standard
        if standard is None or self._contract is None:
            return
        base = basic_charge.amount_of([*(line for line in energy if line.tariff == self._contract.id), *basics])
        factor = None if reactive is None else power_factor(reactive.kwh, reactive.kvarh)
        if reactive is not None and factor is None:
            return  # no energy at all: nothing to judge
        share = None if factor is None else adjustment(factor, standard) / 100
        yield Line(Item.POWER_FACTOR, self._contract.id, base, "yuan", share, (table_of(standard).id,))

    def _netted(self) -> None:
        out = {meter for meter, part in self._energy.items() if (part.amount[np.isnan(self._counted(meter))] < 0).any()}
        netted = [meter.id for meter in self._meters if meter.id in {*out, *self._metered.netted}]
        if netted:
            self._remarks.append(Note(NoteCode.CHARGED_NET, {"meters": ", ".join(netted)}))

    def _given_back(self) -> Decimal | None:
        out = [given_back(part.amount, self._counted(meter)) for meter, part in self._energy.items()]
        total = fsum(kwh for part in out for kwh in part[~np.isnan(part)].tolist())
        return hundredths(total) if total or any(meter in self._metered.imported for meter in self._energy) else None

    def _counted(self, meter: str) -> Floats:
        """What the import register of a meter counted; NaN where it has none beside one for what goes out."""
        found = self._metered.imported.get(meter)
        return np.full(len(self._borders) - 1, np.nan) if found is None else found
