"""Which field of a message gave a reading, and what its number was multiplied with.

A device model is asked with one of its fields at a time: the field that gives the reading alone is the one. Asked once
more without unit, factor and transformer ratios, it gives the number as it stands in the message.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from ingest.formats import Message, native, sparkplug
from ingest.formats.model import DeviceModel, VariantModel
from ingest.formats.model_fields import FieldModel
from ingest.raw.decoders import Recipe
from parkwatt.explaining.origins import Multiplier, Origin, Wanted
from parkwatt.park import Meter
from parkwatt.quantities import Conversion, conversion

_DIRECTED = frozenset({"active_power", "reactive_power"})
_OPPOSITE = {
    f"{name}_{one}": f"{name}_{other}"
    for name in ("energy", "reactive_energy")
    for one, other in (("import", "export"), ("export", "import"))
}
_AS_IT_STANDS = {"unit": None, "factor": 1.0, "scale": ""}
"""What makes a field give the number as it stands in the message."""
_ITS_OWN = "its device's own description"


def origin_of(recipe: Recipe, message: Message, wanted: Wanted) -> Origin:
    """What is known of the way from a message to a reading that was read from it."""
    meter = recipe.park.meter_by_id.get(wanted.key.meter) if recipe.park else None
    plain = Origin(message.topic, message.payload, message.arrived, message.retained, _ITS_OWN, wanted.value)
    if native.speaks(message.topic) or (meter is not None and meter.device == native.Native.name):
        return _native(plain, meter, wanted)
    if sparkplug.speaks(message.topic):
        return replace(plain, read_by=sparkplug.Sparkplug.name)
    for model in sorted(recipe.models, key=lambda m: (m.catch_all, m.least)):
        if _read(recipe, model, message, wanted) == wanted.value:
            return _by_model(recipe, model, message, wanted, plain)
    return plain


def _native(plain: Origin, meter: Meter | None, wanted: Wanted) -> Origin:
    """The native format names its fields by quantity and speaks in their units."""
    mounted = _mounted(meter, wanted)
    wire = -wanted.value if mounted else wanted.value
    field = wanted.key.quantity
    if meter is not None and meter.mounted == "reverse":
        field = _OPPOSITE.get(field, field)
    return replace(plain, read_by=native.Native.name, field=field, wire=wire, multipliers=mounted)


def _by_model(recipe: Recipe, model: DeviceModel, message: Message, wanted: Wanted, plain: Origin) -> Origin:
    plain = replace(plain, read_by=model.name)
    for field, alone in _one_by_one(model):
        if _read(recipe, alone(field), message, wanted) != wanted.value:
            continue
        wire = _read(recipe, alone(field.model_copy(update=_AS_IT_STANDS)), message, wanted)
        if wire is None:
            break
        meter = recipe.park.meter_by_id.get(wanted.key.meter) if recipe.park else None
        mounted = _mounted(meter, wanted)
        label = field.path or " / ".join(field.name)
        return replace(
            plain,
            field=f"{label} - {field.minus}" if field.minus else label,
            wire=-wire if mounted else wire,
            unit=field.unit or "",
            multipliers=(*_of_field(field), *_of_meter(field, meter), *mounted),
        )
    return plain


def _one_by_one(model: DeviceModel) -> Iterator[tuple[FieldModel, Callable[[FieldModel], DeviceModel]]]:
    """Each field of a model, and how to make a model that has nothing but that field, or another in its place."""
    bare = model.model_copy(update={"fields": (), "variants": (), "vocabulary": None, "least": 1})
    for one in model.fields:
        yield one, lambda field: bare.model_copy(update={"fields": (field,)})
    for variant in model.variants:
        for one in variant.fields:

            def within(field: FieldModel, variant: VariantModel = variant) -> DeviceModel:
                return bare.model_copy(update={"variants": (variant.model_copy(update={"fields": (field,)}),)})

            yield one, within


def _read(recipe: Recipe, model: DeviceModel, message: Message, wanted: Wanted) -> float | None:
    """What a model alone, with the codecs of raw frames, reads in a message where the wanted reading is."""
    codecs = (other for other in recipe.models if other.codec is not None and other.name != model.name)
    said = Recipe((model, *codecs), recipe.park).decoder().decode(message).readings
    found = [one.value for one in said if one.key == wanted.key and one.time == wanted.time]
    return found[-1] if found else None


def _of_field(field: FieldModel) -> Iterator[Multiplier]:
    """What a field is multiplied with before anyone knows whose it is."""
    if field.factor != 1.0:
        yield Multiplier("factor", field.factor)
    unit = Conversion() if field.unit is None else conversion(field.unit, field.quantity)
    if unit.factor != 1.0:
        yield Multiplier("unit", unit.factor)
    if unit.divisor != 1.0:
        yield Multiplier("unit", unit.divisor, divides=True)


def _of_meter(field: FieldModel, meter: Meter | None) -> Iterator[Multiplier]:
    """The transformer ratios that a device has not applied."""
    if meter is not None:
        if "ct" in field.scale and meter.ct != 1.0:
            yield Multiplier("ct", meter.ct)
        if "pt" in field.scale and meter.pt != 1.0:
            yield Multiplier("pt", meter.pt)


def _mounted(meter: Meter | None, wanted: Wanted) -> tuple[Multiplier, ...]:
    """The turn of a power whose meter is mounted in reverse; registers change their names instead."""
    turned = meter is not None and meter.mounted == "reverse" and wanted.key.quantity in _DIRECTED
    return (Multiplier("mounted", -1.0),) if turned else ()
