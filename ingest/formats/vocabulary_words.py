"""The words that names of fields are made of, in the languages of meters and platforms, as data.

Several spellings stand for one word; a spelling may say two words at once (`wirkleistung` is active power).
Accents are left off and capitals do not matter. A word that stands in no table here makes a name say nothing.
"""

from collections.abc import Mapping


def _spelt(table: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Spelling -> the words it says; the table lists the spellings behind the words."""
    return {spelling: tuple(words.split()) for words, spellings in table.items() for spelling in spellings.split()}


WORDS: Mapping[str, tuple[str, ...]] = _spelt(
    {
        # What is measured.
        "voltage": "voltage vrms urms spannung tension voltaje tensione spanning 电压",
        "current": "current amperage irms courant corriente corrente 电流",
        "strom": "strom stroom",
        "power": "power leistung momentanleistung puissance potencia potenza vermogen 功率",
        "energy": "energy energie arbeit energia 电能 电度 电量 电能量",
        "frequency": "frequency freq frequenz netzfrequenz frequence frecuencia frequentie 频率",
        "powerfactor": "powerfactor pf cosphi leistungsfaktor 功率因数 功率因素",
        "factor": "factor faktor facteur fattore",
        "cos": "cos",
        "phi": "phi φ",
        "volume": "volume volumen 体积",
        "flow": "flow flowrate durchfluss debit caudal portata 流量",
        "mass": "mass masse",
        "temperature": "temperature temp temperatur temperatura temperatuur 温度",
        "pressure": "pressure druck pression presion pressione 压力",
        "humidity": "humidity humi rh feuchte luftfeuchte luftfeuchtigkeit humidite humedad umidita 湿度",
        "soc": "soc 荷电状态",
        "state": "state",
        "charge": "charge",
        "irradiance": "irradiance insolation radiation 辐照度 辐照 辐射强度",
        "wind": "wind",
        "speed": "speed",
        "wind speed": "windspeed 风速",
        # Which kind of it.
        "active": "active real act activa aktiv attiva 有功",
        "reactive": "reactive react reactiva blind reattiva 无功",
        "apparent": "apparent app aprt apparente aparente 视在",
        "ap": "ap",
        "rp": "rp",
        "active power": "wirkleistung apower",
        "reactive power": "blindleistung",
        "apparent power": "scheinleistung",
        "active energy": "aenergy wirkenergie wirkarbeit",
        "reactive energy": "blindenergie blindarbeit",
        "apparent energy": "scheinenergie scheinarbeit",
        "heat": "heat heating thermal",
        "cold": "cooling cold",
        "heat energy": "warmemenge waermemenge warmeenergie waermeenergie 热量",
        "heat power": "warmeleistung waermeleistung 热功率 瞬时热量",
        "cold heat energy": "冷量",
        "cold heat power": "瞬时冷量",
        # Which way it goes.
        "import": "import imported imp forward consumed consumption positive pos delivered bezug verbrauch netzbezug "
        "verbruik soutiree consumo importada prelevata 正向 用电",
        "export": "export exported exp reverse returned ret negative neg received injected fed feedin einspeisung "
        "netzeinspeisung lieferung teruglevering injectee exportada immessa 反向",
        "import energy": "energieverbrauch energieverbruik 用电量 耗电量 下网电量",
        "export energy": "上网电量",
        "made": "production produced generation generated yield erzeugung ertrag opbrengst prodotta",
        "made energy": "发电量",
        "count": "count",
        # Of what.
        "water": "water wasser 自来水",
        "gas": "gas 天然气 燃气",
        "air": "air 空气 压缩空气",
        "water temperature": "水温",
        "water pressure": "水压",
        "steam": "steam dampf 蒸汽",
        "water volume": "用水量 水量",
        "gas volume": "用气量",
        "ambient": "ambient 环境",
        "available": "available theoretical 可用 理论 可发",
        "relative": "relative 相对",
        "global": "global",
        # What changes nothing, or only what a flow is.
        "total": "total sum tot summe gesamt insgesamt totale totaal 总 总计 合相 合计",
        "cumulative": "cumulative accumulated kumuliert cumulatif 累计 累积",
        "instantaneous": "instantaneous instant inst instantane momentan istantanea 瞬时 实时",
        "rate": "rate",
    }
)

NEUTRAL = frozenset(
    [
        "value", "actual", "present", "reading", "now", "aktuell", "aktuelle", "meter", "metering", "measurement",
        "measurements", "data", "system", "line", "grid", "ac", "mains", "rms", "electrical",
        "electricity", "electric", "register", "counter", "of", "at", "de", "du", "von", "netz",
        "相", "线", "三相", "当前", "电网", "交流", "值", "示值", "的",
    ]
)  # fmt: skip
"""Words that change nothing."""

PLACES: Mapping[str, str] = {
    spelling: place
    for place, spellings in {
        "input": "input 输入",
        "output": "output 输出",
        "incoming": "incoming 进线",
        "outgoing": "outgoing 出线",
        "battery": "battery batterie bateria batteria 电池 储能",
        "supply": "supply 供水 供汽",
        "return": "return rucklauf ruecklauf 回水",
        "flow": "vorlauf",
        "inlet": "inlet 进水 进口 入口",
        "outlet": "outlet 出水 出口",
        "inside": "inside indoor internal innen 室内",
        "outside": "outside outdoor aussen 室外",
        "dc": "dc 直流",
        "pv": "pv solar 光伏 太阳",
        "string": "string 组串",
        "mppt": "mppt",
        "generator": "generator genset 发电机",
        "inverter": "inverter wechselrichter 逆变器",
        "load": "load 负载",
        "bypass": "bypass 旁路",
        "channel": "channel ch 通道 回路",
    }.items()
    for spelling in spellings.split()
}
"""Words that tell several of one kind apart; a number right behind belongs to them."""

PLACED = {
    "vorlauftemperatur": ("flow", "temperature"),
    "rucklauftemperatur": ("return", "temperature"),
    "ruecklauftemperatur": ("return", "temperature"),
    "aussentemperatur": ("outside", "temperature"),
    "innentemperatur": ("inside", "temperature"),
    "raumtemperatur": ("inside", "temperature"),
}
"""Words that say a place and what is measured there."""

NEUTRAL_WIRE = frozenset({"neutral", "零序", "零线", "中线", "中性线", "neutro", "neutre", "neutralleiter"})

PHASES: Mapping[str, str] = {
    spelling: phase
    for phase, spellings in {
        "L1": "a an l1", "L2": "b bn l2", "L3": "c cn l3", "L12": "ab l12", "L23": "bc l23", "L31": "ca l31",
    }.items()
    for spelling in spellings.split()
}  # fmt: skip
RST: Mapping[str, str] = {"r": "L1", "s": "L2", "t": "L3", "rs": "L12", "st": "L23", "tr": "L31"}
"""Letters of phases that only voltages and currents have: elsewhere they are tariffs and seconds."""

NUMBERED: Mapping[str, str] = {"1": "L1", "2": "L2", "3": "L3", "12": "L12", "23": "L23", "31": "L31"}

UNITS: Mapping[str, str] = {
    "kwh": "kWh", "wh": "Wh", "MWh": "MWh", "GWh": "GWh", "kw": "kW", "w": "W", "MW": "MW", "watt": "W", "watts": "W",
    "volt": "V", "volts": "V", "v": "V", "kv": "kV", "mV": "mV", "ampere": "A", "amps": "A", "amp": "A", "amperes": "A",
    "mA": "mA", "hz": "Hz", "kvar": "kvar", "var": "var", "kvarh": "kvarh", "varh": "varh", "kva": "kVA", "va": "VA",
    "kvah": "kVAh", "vah": "VAh", "gj": "GJ", "mj": "MJ", "gcal": "Gcal", "m3": "m3", "m3h": "m3/h", "m3/h": "m3/h",
    "l": "L", "liter": "L", "litre": "L", "liters": "L", "litres": "L", "kg": "kg", "t/h": "t/h", "kgh": "kg/h",
    "degc": "degC", "celsius": "degC", "c": "degC", "°c": "degC", "f": "degF", "°f": "degF", "fahrenheit": "degF",
    "pa": "Pa", "hpa": "hPa", "kpa": "kPa", "MPa": "MPa", "bar": "bar", "mbar": "mbar", "%": "%", "percent": "%",
    "a": "A", "千瓦时": "kWh", "千瓦": "kW",
}  # fmt: skip
"""Units as words of a name, in small letters where capitals change nothing."""

UNIT_SAYS: Mapping[str, tuple[str, ...]] = {
    "kWh": ("energy",), "Wh": ("energy",), "MWh": ("energy",), "GWh": ("energy",), "kW": ("power",), "W": ("power",),
    "MW": ("power",), "V": ("voltage",), "kV": ("voltage",), "mV": ("voltage",), "A": ("current",),
    "mA": ("current",), "Hz": ("frequency",), "kvar": ("reactive", "power"), "var": ("reactive", "power"),
    "kvarh": ("reactive", "energy"), "varh": ("reactive", "energy"), "kVA": ("apparent", "power"),
    "VA": ("apparent", "power"), "kVAh": ("apparent", "energy"), "VAh": ("apparent", "energy"),
    "GJ": ("heat", "energy"), "MJ": ("heat", "energy"), "Gcal": ("heat", "energy"), "m3": ("volume",),
    "m3/h": ("volume", "flow"), "t/h": ("mass", "flow"), "kg/h": ("mass", "flow"),
}  # fmt: skip
"""What is measured, where a name says it only by its unit (`total_kwh`)."""

SYMBOLS: Mapping[str, str] = {
    "U": "voltage", "I": "current", "P": "active_power", "Q": "reactive_power", "S": "apparent_power",
    "F": "frequency", "Fr": "frequency", "FR": "frequency", "Pt": "active_power", "Psum": "active_power",
    "Ptot": "active_power", "Ptotal": "active_power", "Qt": "reactive_power", "Qsum": "reactive_power",
    "Qtot": "reactive_power", "Qtotal": "reactive_power", "St": "apparent_power", "Ssum": "apparent_power",
    "Stot": "apparent_power", "Stotal": "apparent_power", "PFt": "power_factor", "PFsum": "power_factor",
    "PFtotal": "power_factor", "EPI": "energy_import", "EPE": "energy_export", "EQI": "reactive_energy_import",
    "EQL": "reactive_energy_import", "EQE": "reactive_energy_export", "EQC": "reactive_energy_export",
    "Ep": "energy_import", "EP": "energy_import", "Epp": "energy_import", "Epn": "energy_export",
    "Eqp": "reactive_energy_import", "Eqn": "reactive_energy_export", "Epi": "energy_import", "Epe": "energy_export",
}  # fmt: skip
"""Symbols of the trade, which are read only as whole names; capitals matter (`PT` is a transformer's ratio).

EPI, EPE, EQL, EQC: active energy imported and exported, reactive energy inductive and capacitive (Acrel's meters).
"""

LETTERS: Mapping[str, str] = {
    "U": "voltage", "V": "voltage", "I": "current", "P": "active_power", "Q": "reactive_power", "S": "apparent_power",
    "PF": "power_factor",
}  # fmt: skip
"""Symbols that stand before a phase: Ua, U12, I1, PFL1, P L1."""

OBIS: Mapping[str, tuple[str, str | None]] = {
    "1.7.0": ("active_power", None), "16.7.0": ("active_power", None), "3.7.0": ("reactive_power", None),
    "9.7.0": ("apparent_power", None), "13.7.0": ("power_factor", None), "14.7.0": ("frequency", None),
    "1.8.0": ("energy_import", None), "2.8.0": ("energy_export", None), "3.8.0": ("reactive_energy_import", None),
    "4.8.0": ("reactive_energy_export", None), "9.8.0": ("apparent_energy", None), "91.7.0": ("current", "N"),
    "21.7.0": ("active_power", "L1"), "41.7.0": ("active_power", "L2"), "61.7.0": ("active_power", "L3"),
    "36.7.0": ("active_power", "L1"), "56.7.0": ("active_power", "L2"), "76.7.0": ("active_power", "L3"),
    "31.7.0": ("current", "L1"), "51.7.0": ("current", "L2"), "71.7.0": ("current", "L3"),
    "32.7.0": ("voltage", "L1"), "52.7.0": ("voltage", "L2"), "72.7.0": ("voltage", "L3"),
    "33.7.0": ("power_factor", "L1"), "53.7.0": ("power_factor", "L2"), "73.7.0": ("power_factor", "L3"),
}  # fmt: skip
"""Codes of electricity meters (IEC 62056-61): quantity and phase; registers of tariffs are not among them."""
