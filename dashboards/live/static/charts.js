// Draws charts with the wheel's ECharts, loaded only when the first chart needs it, and keeps them in place.
// A kind of chart is a module in charts/ with `option(data, kit)` and `table(data, kit)`.

import * as language from "./language.js";

const drawn = new Map();
const waiting = new Map();
let echarts = null;
let offset = 0;
const pen = document.createElement("canvas").getContext("2d");

const kit = {
  ...language,
  get offset() {
    return offset;
  },
  color(name) {
    const found = getComputedStyle(document.documentElement).getPropertyValue(`--c-${name}`).trim();
    return found || getComputedStyle(document.documentElement).getPropertyValue("--c-rest").trim();
  },
  style(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  },
  narrow(element) {
    return element.clientWidth < 520;
  },
  hatch(color) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 8;
    const lines = canvas.getContext("2d");
    lines.strokeStyle = color;
    lines.lineWidth = 1;
    lines.beginPath();
    for (const [x1, y1, x2, y2] of [[-2, 10, 10, -2], [-2, 2, 2, -2], [6, 10, 10, 6]]) {
      lines.moveTo(x1, y1);
      lines.lineTo(x2, y2);
    }
    lines.stroke();
    return { type: "pattern", image: canvas, repeat: "repeat" };
  },
  // How much larger than on a desk a chart is drawn: the wall is read from five metres.
  zoom(data) {
    return data.big ? (2.3 * innerWidth) / 1920 : 1;
  },
  // Text that fits into so many pixels, with an ellipsis where it does not.
  fit(text, width, size) {
    pen.font = `${size}px ${kit.style("font")}`;
    if (pen.measureText(text).width <= width) return text;
    let end = text.length - 1;
    while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end -= 1;
    return `${text.slice(0, end).trimEnd()}…`;
  },
  escape(text) {
    const element = document.createElement("span");
    element.textContent = text;
    return element.innerHTML;
  },
  // Lines of a tooltip: [colour name, label, value for sorting, text], the largest first.
  tooltip(title, lines) {
    const rows = [...lines]
      .sort((a, b) => (b[2] ?? -Infinity) - (a[2] ?? -Infinity))
      .map(
        ([color, label, , text]) =>
          `<tr><td><i style="background:${color.startsWith("#") ? color : kit.color(color)}"></i>${kit.escape(label)}</td><td>${kit.escape(text)}</td></tr>`,
      );
    return `<div class="tip"><strong>${kit.escape(title)}</strong><table>${rows.join("")}</table></div>`;
  },
  tooltipStyle() {
    return {
      confine: true,
      backgroundColor: kit.style("card"),
      borderColor: kit.style("line"),
      textStyle: { color: kit.style("text"), fontSize: 12, fontFamily: kit.style("font") },
      extraCssText: "box-shadow:0 4px 18px rgb(0 0 0 / .16);border-radius:8px;",
    };
  },
  axisText(zoom = 1) {
    return { color: kit.style("muted"), fontSize: 11 * zoom, fontFamily: kit.style("font") };
  },
};

export function begin(parkOffset) {
  offset = parkOffset;
}

async function library() {
  echarts ??= import("nicegui-echart").then((module) => module.echarts);
  return echarts;
}

async function open(key) {
  const element = document.querySelector(`[data-chart="${CSS.escape(key)}"]`);
  if (!element) return null;
  const [lib, kind] = await Promise.all([library(), import(`./charts/${element.dataset.kind}.js`)]);
  element.replaceChildren();
  const chart = lib.init(element, null, { renderer: "canvas" });
  const one = { key, element, chart, kind, data: null, base: null, newer: [], series: -1 };
  chart.on("click", ({ data }) => {
    if (data?.href) location.assign(data.href);
  });
  chart.on("datazoom", () => keepZoom(one));
  new ResizeObserver(() => chart.resize()).observe(element);
  return one;
}

// `<key>.live` is one point newer than the data of chart `<key>`: [time, value].
async function extend(key, point) {
  const one = await drawn.get(key);
  if (!one?.base || !one.kind.extend) return;
  one.newer.push(point);
  paint(one, one.base);
}

export async function show(key, data) {
  if (key.endsWith(".live")) {
    await extend(key.slice(0, -5), data.point);
    return;
  }
  waiting.set(key, data);
  if (!drawn.has(key)) drawn.set(key, open(key));
  const one = await drawn.get(key);
  if (!one) {
    drawn.delete(key);
    return;
  }
  const latest = waiting.get(key);
  if (latest === undefined) return;
  waiting.delete(key);
  paint(one, latest);
}

function paint(one, base) {
  const first = one.data === null;
  const another = !first && base.span !== one.base.span;
  if (another) one.newer = [];
  const data = one.kind.extend ? one.kind.extend(base, one.newer) : base;
  one.base = base;
  one.data = data;
  if (data.summary) one.element.setAttribute("aria-label", data.summary);
  const option = one.kind.option(data, kit, one.element);
  if (first && option.dataZoom) applyZoom(one, option.dataZoom);
  else if (another && option.dataZoom) option.dataZoom = option.dataZoom.map((part) => ({ ...part, start: 0, end: 100 }));
  else delete option.dataZoom;
  const shape = (option.series ?? []).map((series) => `${series.type}:${series.id ?? series.name}`).join();
  one.chart.setOption(option, shape === one.shape ? { lazyUpdate: true } : { replaceMerge: ["series"] });
  one.shape = shape;
  one.element.dataset.drawn = "yes";
}

export async function repaint() {
  for (const [key, opening] of drawn) {
    const one = await opening;
    if (one?.data) {
      const zoom = one.chart.getOption().dataZoom;
      one.chart.clear();
      const option = one.kind.option(one.data, kit, one.element);
      if (zoom && option.dataZoom) option.dataZoom = option.dataZoom.map((part, i) => ({ ...part, start: zoom[i]?.start, end: zoom[i]?.end }));
      one.chart.setOption(option);
    }
  }
}

// The time range of a zoomed chart stays in the address, so that a link shows what its sender sees.
function keepZoom(one) {
  const zoom = one.chart.getOption().dataZoom?.[0];
  if (!zoom) return;
  const address = new URL(location.href);
  const whole = zoom.start <= 0.05 && zoom.end >= 99.95;
  if (whole) address.searchParams.delete(one.key);
  else address.searchParams.set(one.key, `${language.stamp(zoom.startValue).replace(" ", "T")}~${language.stamp(zoom.endValue).replace(" ", "T")}`);
  history.replaceState(history.state, "", address);
}

function applyZoom(one, parts) {
  const kept = new URL(location.href).searchParams.get(one.key);
  if (!kept) return;
  const [from, to] = kept.split("~").map((text) => Date.parse(`${text}Z`));
  if (!Number.isFinite(from) || !Number.isFinite(to)) return;
  for (const part of parts) Object.assign(part, { startValue: from, endValue: to });
}

function save(name, address) {
  const link = document.createElement("a");
  link.download = name;
  link.href = address;
  link.click();
}

const fileName = (key, ending) => `${document.title.split(" ")[0]}-${key}-${language.stamp(Date.now() + offset).replace(/[ :]/g, "-")}.${ending}`;

export async function savePicture(key) {
  const one = await drawn.get(key);
  if (one) save(fileName(key, "png"), one.chart.getDataURL({ type: "png", pixelRatio: 2, backgroundColor: kit.style("card") }));
}

export async function saveTable(key) {
  const one = await drawn.get(key);
  if (!one?.data) return;
  const quoted = (cell) => (/[",\n]/.test(String(cell ?? "")) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell ?? ""));
  const text = one.kind.table(one.data, kit).map((row) => row.map(quoted).join(",")).join("\r\n");
  const address = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv" }));
  save(fileName(key, "csv"), address);
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
