"""Names of fields, in the words of meters and platforms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.formats import Message
from ingest.formats.decoder import Decoder
from ingest.formats.model import DeviceModel
from ingest.formats.vocabulary import understand
from parkwatt.quantities import PHASES, QUANTITIES, conversion

UNHURRIED = settings(deadline=None)

# name -> quantity, phase, channel, unit; numbers at the end are phases
MEANT = [
    # German: Tasmota's meter scripts
    ("Watt_Summe", "active_power", None, None, "W"),
    ("Watt_L1", "active_power", "L1", None, "W"),
    ("Verbrauch_Summe", "energy_import", None, None, None),
    ("Einspeisung_Summe", "energy_export", None, None, None),
    ("Leistung gesamt", "active_power", None, None, None),
    ("Leistung L1", "active_power", "L1", None, None),
    ("Spannung L1", "voltage", "L1", None, None),
    ("Volt_L1", "voltage", "L1", None, "V"),
    ("Ampere_L1", "current", "L1", None, "A"),
    ("Strom", "current", None, None, None),
    ("wirkleistung", "active_power", None, None, None),
    ("Blindleistung", "reactive_power", None, None, None),
    ("Scheinleistung", "apparent_power", None, None, None),
    ("Wirkenergie Bezug", "energy_import", None, None, None),
    ("Lieferung", "energy_export", None, None, None),
    ("Leistungsfaktor", "power_factor", None, None, None),
    ("cos phi", "power_factor", None, None, None),
    ("Netzfrequenz", "frequency", None, None, None),
    ("Vorlauftemperatur", "temperature", None, "flow", None),
    ("Rücklauftemperatur", "temperature", None, "return", None),
    ("Wärmemenge", "heat", None, None, None),
    # French, Dutch, Spanish, Italian
    ("puissance active", "active_power", None, None, None),
    ("Énergie active soutirée", "energy_import", None, None, None),
    ("tension", "voltage", None, None, None),
    ("courant", "current", None, None, None),
    ("fréquence", "frequency", None, None, None),
    ("facteur de puissance", "power_factor", None, None, None),
    ("vermogen", "active_power", None, None, None),
    ("spanning", "voltage", None, None, None),
    ("teruglevering", "energy_export", None, None, None),
    ("potencia reactiva", "reactive_power", None, None, None),
    ("tensión", "voltage", None, None, None),
    ("corrente L2", "current", "L2", None, None),
    # Chinese
    ("A相电压", "voltage", "L1", None, None),
    ("B相电流", "current", "L2", None, None),
    ("AB线电压", "voltage", "L12", None, None),
    ("总有功功率", "active_power", None, None, None),
    ("A相有功功率\uff08kW\uff09", "active_power", "L1", None, "kW"),
    ("总有功(kW)", "active_power", None, None, "kW"),
    ("总有功(kWh)", "energy_import", None, None, "kWh"),
    ("无功功率", "reactive_power", None, None, None),
    ("视在功率", "apparent_power", None, None, None),
    ("总功率因数", "power_factor", None, None, None),
    ("电网频率", "frequency", None, None, None),
    ("正向有功电能", "energy_import", None, None, None),
    ("反向有功电能", "energy_export", None, None, None),
    ("正向有功总电能", "energy_import", None, None, None),
    ("当前正向有功总电能", "energy_import", None, None, None),
    ("正向有功总电能示值", "energy_import", None, None, None),
    ("正向无功电能", "reactive_energy_import", None, None, None),
    ("有功电度", "energy_import", None, None, None),
    ("零序电流", "current", "N", None, None),
    ("中性线电流", "current", "N", None, None),
    ("累计流量", "volume", None, None, None),
    ("瞬时流量", "volume_flow", None, None, None),
    ("累计流量(m³)", "volume", None, None, "m3"),
    ("蒸汽流量(t/h)", "mass_flow", None, None, "t/h"),
    ("累计热量", "heat", None, None, None),
    ("瞬时热量", "heat_power", None, None, None),
    ("热功率", "heat_power", None, None, None),
    ("供水温度", "temperature", None, "supply", None),
    ("回水温度", "temperature", None, "return", None),
    ("温度(℃)", "temperature", None, None, "degC"),
    ("压力", "pressure", None, None, None),
    ("湿度", "humidity", None, None, None),
    ("电池SOC", "state_of_charge", None, None, None),
    ("电池电压", "voltage", None, "battery", None),
    ("累计发电量", "energy_production", None, None, None),
    ("辐照度", "irradiance", None, None, None),
    ("风速", "wind_speed", None, None, None),
    ("available_power", "available_power", None, None, None),
    ("Available active power (kW)", "available_power", None, None, "kW"),
    ("理论功率", "available_power", None, None, None),
    ("可用有功功率", "available_power", None, None, None),
    ("进线电压", "voltage", None, "incoming", None),
    # Symbols
    ("Ua", "voltage", "L1", None, None),
    ("Uab", "voltage", "L12", None, None),
    ("ubc", "voltage", "L23", None, None),
    ("U3", "voltage", "L3", None, None),
    ("In", "current", "N", None, None),
    ("Pb", "active_power", "L2", None, None),
    ("P", "active_power", None, None, None),
    ("P L1", "active_power", "L1", None, None),
    ("P (kW)", "active_power", None, None, "kW"),
    ("U_V", "voltage", None, None, "V"),
    ("Psum", "active_power", None, None, None),
    ("Qa", "reactive_power", "L1", None, None),
    ("PFL1", "power_factor", "L1", None, None),
    ("Fr", "frequency", None, None, None),
    ("COSφ", "power_factor", None, None, None),
    ("EPI", "energy_import", None, None, None),
    ("EPE", "energy_export", None, None, None),
    ("EQL", "reactive_energy_import", None, None, None),
    ("Epn", "energy_export", None, None, None),
    ("kWh", "energy_import", None, None, "kWh"),
    ("Vrms1", "voltage", "L1", None, None),
    ("Irms L1", "current", "L1", None, None),
    ("Total AP energy", "energy_import", None, None, None),
    ("A相电压Ua", "voltage", "L1", None, None),
    ("Uab线电压(V)", "voltage", "L12", None, "V"),
    ("总有功功率 P", "active_power", None, None, None),
    ("P_total", "active_power", None, None, None),
    ("1-0:1.8.0", "energy_import", None, None, None),
    ("1-0:52.7.0*255", "voltage", "L2", None, None),
    ("2.8.0", "energy_export", None, None, None),
    ("组串1电压", "voltage", None, "string1", None),
    ("光伏发电量", "energy_production", None, None, None),
    ("天然气累计流量", "volume", None, None, None),
    ("水温", "temperature", None, None, None),
    # English, spelt in every way
    ("cosPhi", "power_factor", None, None, None),
    ("ActivePowerL1", "active_power", "L1", None, None),
    ("ActiveProductionEnergy", "energy_production", None, None, None),
    ("ActiveConsumptionEnergy", "energy_import", None, None, None),
    ("voltage_at_phase_1_v", "voltage", "L1", None, "V"),
    ("current_at_phase_2_a", "current", "L2", None, "A"),
    ("current_a", "current", "L1", None, None),
    ("temperature_c", "temperature", None, None, "degC"),
    ("total_energy_consumption_kwh", "energy_import", None, None, "kWh"),
    ("current_power_consumption_kw", "active_power", None, None, "kW"),
    ("total_m3", "volume", None, None, "m3"),
    ("volume_flow_m3h", "volume_flow", None, None, "m3/h"),
    ("total_mj", "heat", None, None, "MJ"),
    ("Voltage (V)", "voltage", None, None, "V"),
    ("Voltage.L1-N", "voltage", "L1", None, None),
    ("Voltage L3-L1", "voltage", "L31", None, None),
    ("voltage_2", "voltage", "L2", None, None),
    ("3-phase power", "active_power", None, None, None),
    ("temperature_1", "temperature", None, "1", None),
    ("pv1_power", "active_power", None, "pv1", None),
    ("battery_output_voltage", "voltage", None, "battery_output", None),
    ("grid_voltage_r", "voltage", "L1", None, None),
    ("flow temperature", "temperature", None, "flow", None),
    ("cooling energy", "heat", None, "cooling", None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "quantity", "phase", "channel", "unit"), MEANT)
def test_names_are_understood(name, quantity, phase, channel, unit):
    """Languages, symbols and spellings of the trade are read with phase, place and unit."""
    found = understand(name)
    assert found is not None
    assert (found.quantities[0], *found[1:]) == (quantity, phase, channel, unit)


@pytest.mark.parametrize(
    ("name", "quantity", "phase", "channel"),
    [
        ("power1", "active_power", None, "1"),
        ("P1", "active_power", None, "1"),
        ("temperature_1", "temperature", None, "1"),
        ("voltage_4", "voltage", None, "4"),
        ("Channel 2 Power", "active_power", None, "2"),
        ("voltage_at_phase_1_v", "voltage", "L1", None),
        ("UL1", "voltage", "L1", None),
    ],
)
def test_numbers_may_be_channels(name, quantity, phase, channel):
    """Where a device numbers its channels, only what says that it is a phase is one."""
    found = understand(name, numbers="channel")
    assert found is not None
    assert (found.quantities[0], found.phase, found.channel) == (quantity, phase, channel)


@pytest.mark.parametrize(
    "name",
    [
        "", " ", "x", "total", "Zählerstand", "Energy Today", "EnergyYesterday", "YieldDay", "daily_energy",
        "Energy Day", "Energy Month", "Energy Hour", "energy last", "max_power_consumption_kw", "min power",
        "Peak Power", "Energy T1", "energy_tariff_1", "Energy Rate 1", "electricity_delivered_1",
        "Power Demand", "Power Set", "power_setpoint", "Target Temperature", "current_limit", "Nominal Voltage",
        "Rated Current", "voltage threshold", "Voltage Alarm", "energy_cost", "energy price", "今日电能",
        "昨日发电量", "本月用电量", "当日电量", "日发电量", "最大需量", "有功需量", "设定温度", "额定电压",
        "电压限值", "温差", "压差", "尖电能", "正向有功峰电能", "总谷电能", "组合有功总电能", "电压不平衡",
        "剩余电流", "剩余电量", "Un", "Pn", "PT", "CT", "VA", "V", "A", "T", "i", "u", "p", "s", "t", "Pa_max",
        "S4", "Power Supply/Voltage", "Power Meter/Current", "Energy meter current", "Energy/Import/Export",
        "Net Energy", "Voltage L1 L2 L3", "voltage_4", "mwh", "power_mw", "power_v", "Voltage (Hz)",
        "Power (kWh)", "gas voltage", "battery_energy", "Heat", "power production", "Power L1-L2", "Pab",
        "current_ab", "power_n", "A相电压Ub", "A相电压Ia", "1-0:1.8.1", "1-0:2.7.0", "7-0:1.8.0", "1.8",
        "Strom gesamt", "return_energy", "cumulative power", "instantaneous energy", "current_transformer",
        "Power/THD", "voltage\u0000", "电压?", "power_1_2", "Power 2021", "count", "Voltage 1_phase", "x" * 121,
        "voltage " * 20,
    ],
)  # fmt: skip
def test_a_name_that_says_less_or_more_means_nothing(name):
    """Demands, tariffs, day counters, setpoints, ratings and unknown words are not guessed."""
    assert understand(name) is None


@pytest.mark.parametrize(
    ("name", "unit", "quantities"),
    [
        ("Energy", "kWh", ("energy_import", "heat")),
        ("Energy", "GJ", ("heat",)),
        ("Active energy", "GJ", ("energy_import",)),
        ("Active", "kWh", ("energy_import",)),
        ("Flow", "t/h", ("mass_flow",)),
        ("Flow", "m3/h", ("volume_flow",)),
        ("累计流量", "t", ("mass",)),
        ("Bezug", "W", ("active_power",)),
        ("Voltage", "A", ()),
    ],
)
def test_a_unit_decides_what_a_name_leaves_open(name, unit, quantities):
    """Flow may be volume or mass, energy electric or heat."""
    found = understand(name)
    assert found is not None
    assert found.measured_in(unit) == quantities


_PIECES = st.sampled_from(
    [
        "voltage",
        "L1",
        "Power",
        "电压",
        "A相",
        "总",
        "有功",
        "kwh",
        "_",
        " ",
        "(",
        ")",
        "/",
        "1",
        "temp",
        "total",
        "energy",
    ]
)


@UNHURRIED
@given(
    name=st.text(max_size=130) | st.lists(_PIECES, max_size=14).map("".join),
    numbers=st.sampled_from(["phase", "channel"]),
)
def test_whatever_a_name_is_the_meaning_is_sound(name, numbers):
    """Any text is nothing, or known quantities with a known phase and a unit that measures the first of them."""
    found = understand(name, numbers=numbers)
    if found is not None:
        assert found.quantities
        assert set(found.quantities) <= set(QUANTITIES)
        assert found.phase is None or found.phase in PHASES
        assert found.unit is None or conversion(found.unit, found.quantities[0])


@UNHURRIED
@given(
    st.sampled_from(
        [
            ["voltage", "l1"], ["total", "active", "energy", "import", "kwh"], ["power", "reactive", "b"],
            ["battery", "output", "current"], ["flow", "volume", "m3h"], ["return", "temperature", "c"],
            ["voltage", "at", "l2", "v"], ["grid", "frequency", "hz"], ["watt", "summe"], ["power", "factor", "l3"],
        ]
    ).flatmap(lambda words: st.tuples(st.just(words), st.permutations(words)))
)  # fmt: skip
def test_the_order_of_words_does_not_matter(words):
    """Vendors put the phase, the unit and the direction anywhere."""
    usual, shuffled = words
    assert understand("_".join(usual)) == understand("_".join(shuffled))
    assert understand("_".join(usual)) is not None


def test_a_huge_name_is_refused_at_once():
    """A name as long as a message costs nothing."""
    assert understand("电压" * 50_000) is None


@pytest.mark.parametrize(("unit", "quantity"), [("kWh", "energy_import"), ("GJ", "heat"), ("MWh", "energy_import")])
def test_a_declared_unit_decides_for_the_names_of_points(unit, quantity):
    """Energy that a gateway declares in GJ is heat."""
    points = {"path": "data", "name": "name", "value": "value", "unit": "unit"}
    said = {"name": "gateway", "title": "Gateway", "topics": "up/{meter}", "points": points, "vocabulary": {}}
    payload = b'{"data":[{"name":"Energy","value":7,"unit":"%s"}]}' % unit.encode()
    found = Decoder([DeviceModel.model_validate(said)]).decode(Message("up/7", payload, 1_768_464_000_000))
    assert [reading.quantity for reading in found.readings] == [quantity]
