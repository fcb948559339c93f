// Stacked columns over time, the other period as short lines; faded where in part estimated, hatched where in part missing.
// data: {unit, labels, series: [{name, color, values}], whole, then, then_labels, estimated, missing, names}

const WIDEST = 46;
const paint = (kit, color) => (color.startsWith("#") ? color : kit.color(color));

export function option(data, kit, element) {
  if (!data.labels?.length) return { series: [] };
  const all = [...data.whole, ...data.then].filter((value) => value !== null).map(Math.abs);
  const { factor, unit } = kit.scale(Math.max(0.001, ...all), data.unit);
  const scaled = (value) => (value === null || value === undefined ? null : value * factor);
  const text = kit.axisText();
  const hatch = kit.hatch(kit.style("muted"));
  return {
    animation: false,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: 62, right: 12, top: 48, bottom: 26 },
    legend: { type: "scroll", top: 0, left: 0, right: 0, itemWidth: 12, itemHeight: 8, icon: "roundRect", textStyle: text, inactiveColor: kit.style("line"), pageTextStyle: text },
    xAxis: { type: "category", data: data.labels, axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: kit.style("line") } } },
    yAxis: { type: "value", name: unit, nameGap: 8, nameTextStyle: { ...text, align: "right", padding: [0, 6, 0, 0] }, axisLabel: { ...text, formatter: (value) => kit.significant(value, 2) }, splitNumber: 4, splitLine: { lineStyle: { color: kit.style("line"), opacity: 0.6 } } },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      ...kit.tooltipStyle(),
      formatter: (entries) => {
        const at = entries[0].dataIndex;
        const shown = (value) => `${kit.significant(scaled(value) ?? NaN, 4)} ${unit}`;
        const lines = data.series.map((one) => [paint(kit, one.color), one.name, one.values[at], shown(one.values[at])]);
        const notes = ["estimated", "missing"].filter((key) => data[key][at] > 0).map((key) => `${data.names[key]} ${Math.round(data[key][at] * 100)} %`);
        const then = at < data.then.length ? [`${data.names.then}, ${data.then_labels[at]}: ${shown(data.then[at])}`] : [];
        const foot = at < data.whole.length ? [`${data.names.whole} ${shown(data.whole[at])}`, ...then, ...notes] : then;
        return kit.tooltip(data.labels[at], at < data.whole.length ? lines : []) + foot.map((line) => `<div class="tip-note">${kit.escape(line)}</div>`).join("");
      },
    },
    series: [
      ...data.series.map((one) => ({
        id: one.name,
        name: one.name,
        type: "bar",
        stack: "now",
        barMaxWidth: WIDEST,
        barGap: "-100%",
        itemStyle: { color: paint(kit, one.color) },
        emphasis: { disabled: true },
        data: one.values.map((value, at) => ({
          value: scaled(value),
          itemStyle: { opacity: data.estimated[at] > 0.01 ? 0.6 : 1, ...(data.missing[at] > 0.01 ? { decal: { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: kit.style("card") } } : {}) },
        })),
      })),
      ...(data.then.length
        ? [{
            id: "then",
            name: data.names.then,
            type: "scatter",
            symbol: "rect",
            symbolSize: [Math.max(4, Math.min(WIDEST, ((element.clientWidth - 80) / data.labels.length) * 0.8)), 2.5],
            itemStyle: { color: kit.style("text") },
            z: 5,
            data: data.labels.map((_, at) => scaled(data.then[at])),
          }]
        : []),
      { id: "gaps", type: "bar", stack: "gaps", barMaxWidth: WIDEST, barGap: "-100%", silent: true, itemStyle: { color: hatch }, data: data.whole.map((value) => (value === null ? Math.max(...all, 1) * factor * 0.5 : null)) },
    ],
  };
}

export function table(data) {
  const unit = (name) => `${name} [${data.unit}]`;
  const head = [data.names.time, ...data.series.map((one) => unit(one.name)), unit(data.names.whole), data.names.estimated, data.names.missing, data.names.then, unit(data.names.then)];
  return [head, ...data.labels.map((label, at) => [label, ...data.series.map((one) => one.values[at]), data.whole[at], data.estimated[at], data.missing[at], data.then_labels[at], data.then[at]])];
}
