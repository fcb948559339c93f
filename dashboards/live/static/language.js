// The few words and formats the browser needs by itself; the same rules as dashboards/live/format.py.

let words = {};

export function setWords(given) {
  words = given;
}

export function word(key, fill = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => fill[name] ?? "");
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function agoText(millis, { tenths = false }) {
  const age = Math.max(0, millis);
  if (tenths && age < 10 * SECOND) return word("seconds_ago", { n: (age / SECOND).toFixed(1) });
  if (age < MINUTE) return word("seconds_ago", { n: Math.floor(age / SECOND) });
  if (age < HOUR) return word("minutes_ago", { n: Math.floor(age / MINUTE) });
  if (age < 2 * DAY) return word("hours_ago", { n: Math.floor(age / HOUR) });
  return word("days_ago", { n: Math.floor(age / DAY) });
}

const LARGER = { kW: "MW", MW: "GW", kWh: "MWh", MWh: "GWh", kvar: "Mvar", kVA: "MVA", "kg CO₂": "t CO₂" };

// The factor and unit that keep values up to `largest` below 10,000.
export function scale(largest, unit) {
  let factor = 1;
  let name = unit;
  while (Math.round(Math.abs(largest) * factor) >= 10000 && LARGER[name]) {
    factor /= 1000;
    name = LARGER[name];
  }
  return { factor, unit: name };
}

export function significant(value, figures = 3) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  const decimals = Math.min(Math.max(0, figures - 1 - magnitude), 3);
  const text = value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
  return Number(text.replaceAll(",", "")) === 0 ? "0" : text.replace("-", "−");
}

// A value with its unit in one line.
export function quantity(value, unit) {
  if (value === null || value === undefined) return `– ${unit}`;
  const { factor, unit: name } = scale(value, unit);
  return `${significant(value * factor)} ${name}`;
}

const two = (number) => String(number).padStart(2, "0");

// `local`: milliseconds already moved to the park's clocks.
export function clock(local) {
  const time = new Date(local);
  return `${two(time.getUTCHours())}:${two(time.getUTCMinutes())}`;
}

export function stamp(local) {
  return new Date(local).toISOString().slice(0, 16).replace("T", " ");
}
