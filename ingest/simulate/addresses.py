"""Where each kind of device publishes: serial numbers and topics made from the meter's id."""

import hashlib

from parkwatt.park import Meter


def serial(meter_id: str) -> str:
    """Twelve hexadecimal digits like a MAC address, always the same for one meter."""
    return hashlib.blake2s(meter_id.encode(), digest_size=6).hexdigest()


def addressed(meter: Meter) -> Meter:
    """The meter with the topic and the id on the wire that its device comes with from the factory."""
    number = serial(meter.id)
    wire_id: str | None
    match meter.device:
        case "tasmota":
            wire_id = f"tasmota_{number[2:].upper()}"
            topic = f"tele/{wire_id}/SENSOR"
        case "shelly_gen2":
            wire_id = f"shellypro3em-{number}"
            topic = f"{wire_id}/events/rpc"
        case "zigbee2mqtt":
            wire_id = f"0x00{number}a1"
            topic = f"zigbee2mqtt/{wire_id}"
        case "scalar_per_topic":
            wire_id = None
            topic = f"meters/{meter.id}/+"
        case _:
            return meter
    return meter.model_copy(update={"topic": topic, "wire_id": wire_id})
