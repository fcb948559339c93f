"""Names of Sparkplug metrics."""

import pytest

from ingest.formats.sparkplug_names import metering


@pytest.mark.parametrize(
    ("name", "unit", "quantity", "phase"),
    [
        ("Voltage/L1-N", "V", "voltage", "L1"),
        ("Voltage/L1-L2", "V", "voltage", "L12"),
        ("Voltage L31", None, "voltage", "L31"),
        ("VoltageL2", "V", "voltage", "L2"),
        ("Phase A/Voltage", "V", "voltage", "L1"),
        ("Voltage Phase 3", "V", "voltage", "L3"),
        ("cosPhi", None, "power_factor", None),
        ("Uab", "V", "voltage", "L12"),
        ("V2", "V", "voltage", "L2"),
        ("Current/N", "A", "current", "N"),
        ("Current (A)", None, "current", None),
        ("Ia", "A", "current", "L1"),
        ("Power/Active/Total", "kW", "active_power", None),
        ("ActivePower_L1", "W", "active_power", "L1"),
        ("Power", "MW", "active_power", None),
        ("Reactive Power", "kvar", "reactive_power", None),
        ("Power/Apparent", "kVA", "apparent_power", None),
        ("PowerFactor/Total", "", "power_factor", None),
        ("Power Factor L2", "%", "power_factor", "L2"),
        ("Frequency", "Hz", "frequency", None),
        ("Energy/Active/Import", "kWh", "energy_import", None),
        ("Active Energy Delivered", "kWh", "energy_import", None),
        ("ActiveEnergyExport_Total", "Wh", "energy_export", None),
        ("Energy/Reactive/Export", "kvarh", "reactive_energy_export", None),
        ("Energy/Apparent", "kVAh", "apparent_energy", None),
        ("PV/Energy/Total", "kWh", "energy_production", None),
        ("Heat/Energy", "GJ", "heat", None),
        ("Thermal Power", "kW", "heat_power", None),
        ("Volume/Total", "m3", "volume", None),
        ("Flow", "m3/h", "volume_flow", None),
        ("Steam/Flow", "t/h", "mass_flow", None),
        ("Steam/Pressure", "MPa", "pressure", None),
        ("Temperature", "°C", "temperature", None),
        ("Humidity", "%", "humidity", None),
        ("Battery/SoC", "%", "state_of_charge", None),
        ("Irradiance", "W/m2", "irradiance", None),
        ("Wind Speed", "m/s", "wind_speed", None),
        ("Production/Count", "pcs", "production", None),
        ("L1.voltage", None, "voltage", "L1"),
        ("energy_import", "MWh", "energy_import", None),
    ],
)
def test_names_of_vendors_are_understood(name, unit, quantity, phase):
    """Order, capitals and separators of the words do not matter."""
    found = metering(name, unit).meaning
    assert found is not None
    assert (found.quantity, found.phase) == (quantity, phase)


@pytest.mark.parametrize(
    "name",
    [
        "bdSeq", "Node Control/Rebirth", "Meter/Serial", "Power Supply/Voltage", "Voltage/L1-N/THD", "Power/Demand/Max",
        "Energy/Active/Import/Today", "Energy/Active/Tariff 1", "Current/Rated", "Energy/Net", "Pump 7/Power", "",
        "Energy/Import/Export", "Power/Setpoint", "Heat", "S1", "x" * 500,
        "Battery/Voltage", "Input/Voltage", "Power 1", "Temperature 2", "EPI", "Psum", "Flow", "Import",
    ],
)  # fmt: skip
def test_a_name_that_says_less_or_more_is_left_alone(name):
    """Demands, daily counters, setpoints and other machines' values are not read as the meter's."""
    assert metering(name, None).meaning is None
