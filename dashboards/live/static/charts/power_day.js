// A day's power by source, stacked, over the tariff's periods; yesterday as a thin line, gaps hatched.
// data: {start, end, step, now, unit, sources: [{key, name, values, estimated}], total, yesterday, gaps, tariff, names}

// Legend marks of lines: the shape says it too, not the colour alone.
const THIN = "path://M0 4h16v1.6H0z";
const DASHES = "path://M0 3.6h6v2.6H0zM10 3.6h6v2.6h-6z";
const SHADE = { sharp: 0.13, peak: 0.085, flat: 0.04, valley: 0 };

function points(data, values, kit, factor) {
  return values.map((value, i) => [data.start + i * data.step + kit.offset, value === null ? null : value * factor]);
}

function extent(data) {
  const all = [...data.total, ...data.yesterday].filter((value) => value !== null);
  for (const source of data.sources) all.push(...source.values.filter((value) => value !== null));
  return Math.max(1, ...all.map(Math.abs));
}

// Steps that rest on an estimate, with their neighbours, so that a dashed line can be drawn through them.
function estimated(data) {
  const marks = data.total.map((_, i) => data.sources.some((source) => source.estimated[i]));
  return data.total.map((value, i) => (marks[i] || marks[i - 1] || marks[i + 1] ? value : null));
}

export function option(data, kit, element) {
  const { factor, unit } = kit.scale(extent(data), data.unit);
  const text = kit.style("text");
  const zoom = kit.zoom(data);
  const narrow = kit.narrow(element) || data.big;
  const at = (time) => time + kit.offset;
  const tariff = data.tariff.map((band) => [
    {
      xAxis: at(band.start),
      name: narrow && band.end - band.start < 3 * 3600e3 ? "" : band.name,
      itemStyle: { color: text, opacity: SHADE[band.period] * 0.8 },
      label: { show: true, position: "insideTop", distance: 3, color: kit.style("muted"), fontSize: 10 * zoom, fontFamily: kit.style("font") },
    },
    { xAxis: at(band.end) },
  ]);
  const gaps = data.gaps.map((band) => [
    {
      xAxis: at(band.start),
      name: band.name,
      itemStyle: { color: kit.hatch(kit.style("muted")), opacity: band.missing === band.meters ? 0.75 : 0.38 },
      label: { show: band.end - band.start > 1.2 * 3600e3, position: "insideBottom", distance: 6, color: text, fontSize: 10 * zoom, backgroundColor: kit.style("card"), padding: [2, 4], borderRadius: 3 },
    },
    { xAxis: at(band.end) },
  ]);
  const layer = (source, id, stack, values) => ({
    id,
    name: source.name,
    type: "line",
    stack,
    symbol: "none",
    lineStyle: { width: 0 },
    areaStyle: { color: kit.color(source.key), opacity: 0.82 },
    itemStyle: { color: kit.color(source.key) },
    emphasis: { disabled: true },
    data: points(data, values, kit, factor),
  });
  const above = (value) => (value === null ? null : Math.max(0, value));
  const below = (value) => (value === null ? null : Math.min(0, value));
  const series = data.sources.map((source) => layer(source, source.key, "above", source.values.map(above)));
  const inputs = series.length;
  // What is exported or charged lies below zero, in a stack of its own: one area must not cross the other.
  for (const source of data.sources) {
    if (source.values.some((value) => value < 0)) series.push(layer(source, `${source.key}:below`, "below", source.values.map(below)));
  }
  series.push({
    id: "yesterday",
    name: data.names.yesterday,
    type: "line",
    symbol: "none",
    lineStyle: { width: 1.4 * zoom, color: text, opacity: 0.62 },
    itemStyle: { color: text },
    emphasis: { disabled: true },
    z: 4,
    data: points(data, data.yesterday, kit, factor),
  });
  series.push({
    id: "estimated",
    name: data.names.estimated,
    type: "line",
    symbol: "none",
    lineStyle: { width: 2, type: "dashed", color: text },
    itemStyle: { color: text },
    emphasis: { disabled: true },
    z: 5,
    data: points(data, estimated(data), kit, factor),
  });
  series.push({
    id: "ground",
    type: "line",
    data: [],
    silent: true,
    z: 0,
    markArea: { silent: true, z: 0, data: tariff },
    markLine: {
      silent: true,
      symbol: "none",
      animation: false,
      lineStyle: { color: kit.style("accent"), width: 1.4 * zoom, type: "solid" },
      label: { formatter: kit.clock(at(data.now)), color: kit.style("accent"), fontSize: 11 * zoom, fontWeight: 600, position: "end", distance: 2 },
      data: [{ xAxis: at(data.now) }],
    },
  });
  series.push({ id: "gaps", type: "line", data: [], silent: true, z: 6, markArea: { silent: true, z: 6, data: gaps } });
  const guesses = estimated(data).some((value) => value !== null);
  const shown = [...series.slice(0, inputs), ...series.filter((one) => one.id === "yesterday" || (guesses && one.id === "estimated"))];
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: 46 * zoom, right: 14 * zoom, top: 44 * zoom, bottom: 24 * zoom },
    legend: { data: shown.map((one) => (one.areaStyle ? one.name : { name: one.name, icon: one.id === "yesterday" ? THIN : DASHES })), top: 0, left: 0, itemWidth: 12 * zoom, itemHeight: 8 * zoom, itemGap: 14 * zoom, icon: "roundRect", textStyle: kit.axisText(zoom), inactiveColor: kit.style("line") },
    xAxis: {
      type: "time",
      min: at(data.start),
      max: at(data.end),
      minInterval: 3600e3,
      splitNumber: narrow ? 4 : 8,
      axisLabel: { ...kit.axisText(zoom), formatter: (value) => (value >= at(data.end) ? "24:00" : kit.clock(value)), hideOverlap: true },
      axisLine: { lineStyle: { color: kit.style("line") } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisPointer: { lineStyle: { color: kit.style("muted") } },
    },
    yAxis: {
      type: "value",
      name: unit,
      nameGap: 8 * zoom,
      nameTextStyle: { ...kit.axisText(zoom), align: "right", padding: [0, 6 * zoom, 0, 0] },
      axisLabel: { ...kit.axisText(zoom), formatter: (value) => kit.significant(value, 2) },
      splitLine: { lineStyle: { color: kit.style("line"), opacity: 0.6 } },
      splitNumber: 4,
    },
    dataZoom: [{ type: "inside", filterMode: "none", minValueSpan: 3600e3, zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, moveOnMouseWheel: false, preventDefaultMouseMove: false }],
    tooltip: {
      trigger: "axis",
      ...kit.tooltipStyle(),
      formatter: (entries) => {
        if (!entries.length) return "";
        const time = entries[0].value[0];
        const index = Math.round((time - at(data.start)) / data.step);
        const line = (color, name, value) => (value === null || value === undefined ? [] : [[color, name, value, `${kit.significant(value * factor)} ${unit}`]]);
        const lines = [
          ...data.sources.flatMap((source) => line(source.key, source.name, source.values[index])),
          ...(data.sources.length > 1 ? line(text, data.names.total, data.total[index]) : []),
          ...line(kit.style("muted"), data.names.yesterday, data.yesterday[index]),
        ];
        const gap = data.gaps.find((band) => at(band.start) <= time && time < at(band.end));
        return kit.tooltip(`${kit.clock(time)} – ${kit.clock(time + data.step)}`, lines) + (gap ? `<div class="tip-note">${kit.escape(gap.title)}</div>` : "");
      },
    },
    series,
  };
}

export function table(data, kit) {
  const head = [data.names.time, ...data.sources.map((source) => `${source.name} [${data.unit}]`), `${data.names.total} [${data.unit}]`, `${data.names.yesterday} [${data.unit}]`, data.names.estimated];
  const rows = data.total.map((total, i) => [
    kit.stamp(data.start + i * data.step + kit.offset),
    ...data.sources.map((source) => source.values[i]),
    total,
    data.yesterday[i],
    data.sources.some((source) => source.estimated[i]) ? 1 : 0,
  ]);
  return [head, ...rows];
}
