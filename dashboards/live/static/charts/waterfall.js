// From one total to another by steps: more is amber, less is green, with signs; dashed where too little is known.
// data: {unit, start, end, steps: [{name, change, whole}], names}, or {none} where a side is not known

export function option(data, kit, element) {
  if (!data.steps) return { series: [], title: { text: data.none ?? "", left: "center", top: "middle", textStyle: { ...kit.axisText(), fontWeight: 400, fontSize: 13 } } };
  const levels = [data.start];
  for (const step of data.steps) levels.push(levels.at(-1) + step.change);
  const { factor, unit } = kit.scale(Math.max(0.001, ...levels.map(Math.abs), Math.abs(data.end)), data.unit);
  const names = [data.names.start, ...data.steps.map((step) => step.name), data.names.end];
  const text = kit.axisText();
  // The axis begins near the totals, or small steps on a large total could not be seen.
  const low = Math.min(...levels, data.end);
  const high = Math.max(...levels, data.end);
  const base = low > 0 && low > (high - low) * 2 ? low - (high - low) * 0.6 : Math.min(0, low);
  const bars = [
    [base, data.start, kit.color("use"), `${kit.significant(data.start * factor)}`],
    ...data.steps.map((step, at) => [levels[at], levels[at + 1], step.change > 0 ? kit.color("gas") : kit.color("battery"), `${step.change > 0 ? "+" : ""}${kit.significant(step.change * factor)}`]),
    [base, data.end, kit.color("grid"), `${kit.significant(data.end * factor)}`],
  ];
  const room = (element.clientWidth - 80) / names.length;
  return {
    animation: false,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: 62, right: 12, top: 30, bottom: 64 },
    xAxis: { type: "category", data: names, axisLabel: { ...text, interval: 0, rotate: room < 90 ? 32 : 0, formatter: (name) => kit.fit(name, Math.max(room < 90 ? 74 : room - 6, 40), 11) }, axisTick: { show: false }, axisLine: { lineStyle: { color: kit.style("line") } } },
    yAxis: { type: "value", min: base * factor, name: unit, nameGap: 8, nameTextStyle: { ...text, align: "right", padding: [0, 6, 0, 0] }, axisLabel: { ...text, showMinLabel: base === 0, formatter: (value) => kit.significant(value, 3) }, splitNumber: 4, splitLine: { lineStyle: { color: kit.style("line"), opacity: 0.6 } } },
    tooltip: {
      ...kit.tooltipStyle(),
      formatter: ({ dataIndex: at }) => {
        const step = data.steps[at - 1];
        const note = step && !step.whole ? `<div class="tip-note">${kit.escape(data.names.doubtful)}</div>` : "";
        return kit.tooltip(names[at], [[bars[at][2], "", 1, `${bars[at][3]} ${unit}`]]) + note;
      },
    },
    series: [
      {
        id: "steps",
        type: "custom",
        encode: { x: 0, y: [1, 2] },
        data: bars.map(([from, to], at) => [at, from * factor, to * factor]),
        renderItem: (_, api) => {
          const at = api.value(0);
          const [x, y1] = api.coord([at, api.value(1)]);
          const y2 = api.coord([at, api.value(2)])[1];
          const width = Math.min(46, api.size([1, 0])[0] * 0.66);
          const doubtful = data.steps[at - 1] && !data.steps[at - 1].whole;
          return {
            type: "group",
            children: [
              { type: "rect", shape: { x: x - width / 2, y: Math.min(y1, y2), width, height: Math.max(1.5, Math.abs(y2 - y1)) }, style: { fill: bars[at][2], opacity: doubtful ? 0.5 : 1, ...(doubtful ? { stroke: kit.style("text"), lineDash: [4, 3], lineWidth: 1 } : {}) } },
              { type: "text", style: { text: room < 44 && data.steps[at - 1] ? "" : bars[at][3], x, y: Math.min(y1, y2) - 4, textAlign: "center", textVerticalAlign: "bottom", fill: kit.style("text"), fontSize: 11, fontFamily: kit.style("font") } },
            ],
          };
        },
      },
    ],
  };
}

export function table(data) {
  if (!data.steps) return [[data.none ?? ""]];
  return [[data.names.step, `[${data.unit}]`, data.names.doubtful], [data.names.start, data.start, ""], ...data.steps.map((step) => [step.name, step.change, step.whole ? "" : 1]), [data.names.end, data.end, ""]];
}
