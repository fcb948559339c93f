// Bars per group, now and in the other period. data: {unit, groups, colors, now, then, share, names}

export function option(data, kit, element) {
  if (!data.groups?.length) return { series: [] };
  const all = [...data.now, ...data.then].filter((value) => value !== null).map(Math.abs);
  const { factor, unit } = kit.scale(Math.max(0.001, ...all), data.unit);
  const scaled = (value) => (value === null ? null : value * factor);
  const text = kit.axisText();
  const width = kit.narrow(element) ? 96 : 150;
  const paint = (color) => (color.startsWith("#") ? color : kit.color(color));
  return {
    animation: false,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: width + 10, right: 58, top: 26, bottom: 26 },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 8, icon: "roundRect", textStyle: text },
    xAxis: { type: "value", name: unit, nameLocation: "end", nameTextStyle: text, splitNumber: kit.narrow(element) ? 2 : 4, axisLabel: { ...text, hideOverlap: true, formatter: (value) => kit.significant(value, 2) }, splitLine: { lineStyle: { color: kit.style("line"), opacity: 0.6 } } },
    yAxis: { type: "category", inverse: true, data: data.groups, axisLabel: { ...text, formatter: (name) => kit.fit(name, width, 11) }, axisTick: { show: false }, axisLine: { lineStyle: { color: kit.style("line") } } },
    tooltip: {
      trigger: "axis",
      axisPointer: { type: "shadow" },
      ...kit.tooltipStyle(),
      formatter: ([{ dataIndex: at }]) =>
        kit.tooltip(data.groups[at], [
          [data.colors[at], data.names.now, 3, `${kit.significant(scaled(data.now[at]), 4)} ${unit}`],
          ["use", data.names.then, 2, `${kit.significant(scaled(data.then[at]), 4)} ${unit}`],
          ["rest", data.names.share, 1, data.share[at] === null ? "–" : `${(data.share[at] * 100).toFixed(1)} %`],
        ]),
    },
    series: [
      { id: "now", name: data.names.now, type: "bar", itemStyle: { color: paint(data.colors[0]) }, label: { show: true, position: "right", ...text, formatter: ({ dataIndex: at }) => (data.share[at] === null ? "" : `${(data.share[at] * 100).toFixed(1)} %`) }, data: data.now.map((value, at) => ({ value: scaled(value), itemStyle: { color: paint(data.colors[at]) } })) },
      { id: "then", name: data.names.then, type: "bar", barGap: "10%", itemStyle: { color: kit.style("muted"), opacity: 0.45 }, data: data.then.map(scaled) },
    ],
  };
}

export function table(data) {
  return [[data.names.group, `${data.names.now} [${data.unit}]`, `${data.names.then} [${data.unit}]`, data.names.share], ...data.groups.map((group, at) => [group, data.now[at], data.then[at], data.share[at]])];
}
