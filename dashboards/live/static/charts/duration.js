// A load duration curve: for how many hours the load was at least so high, with the base and the contract as lines.
// data: {power, hours, unit, base, contract, names}; empty where nothing is known

export function option(data, kit, element) {
  if (!data.power?.length) return { series: [] };
  const { factor, unit } = kit.scale(Math.max(...data.power, 1), data.unit);
  const line = kit.color("grid");
  // A step from the left: the first power holds from zero hours on.
  const points = [[0, data.power[0] * factor], ...data.power.map((power, i) => [data.hours[i], power * factor])];
  const marks = [["base", data.base, kit.style("muted")], ["contract", data.contract, kit.style("warn")]].filter(([, value]) => value !== null && value !== undefined);
  const highest = Math.max(...data.power) * factor;
  return {
    animation: false,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: 62, right: 18, top: 30, bottom: 40 },
    xAxis: {
      type: "value",
      min: 0,
      max: data.hours.at(-1),
      name: data.names.hours,
      nameLocation: "middle",
      nameGap: 24,
      nameTextStyle: kit.axisText(),
      splitNumber: kit.narrow(element) ? 3 : 6,
      axisLabel: { ...kit.axisText(), hideOverlap: true, formatter: (value) => kit.significant(value, String(Math.round(value)).length) },
      axisLine: { lineStyle: { color: kit.style("line") } },
      splitLine: { show: false },
    },
    yAxis: {
      type: "value",
      name: unit,
      nameGap: 8,
      nameTextStyle: { ...kit.axisText(), align: "right", padding: [0, 6, 0, 0] },
      axisLabel: { ...kit.axisText(), formatter: (value) => kit.significant(value, 2) },
      splitLine: { lineStyle: { color: kit.style("line"), opacity: 0.6 } },
      splitNumber: 4,
    },
    tooltip: {
      trigger: "axis",
      ...kit.tooltipStyle(),
      formatter: ([entry]) => kit.tooltip(`${kit.significant(entry.value[0])} h`, [["grid", data.names.power, 1, `${kit.significant(entry.value[1], 4)} ${unit}`]]),
    },
    series: [
      {
        id: "load",
        name: data.names.power,
        type: "line",
        step: "start",
        symbol: "none",
        lineStyle: { width: 1.8, color: line },
        itemStyle: { color: line },
        areaStyle: { color: line, opacity: 0.14 },
        emphasis: { disabled: true },
        data: points,
        markLine: {
          silent: true,
          symbol: "none",
          animation: false,
          data: marks
            .filter(([, value]) => value * factor <= highest * 1.6)
            .map(([name, value, color]) => ({
              yAxis: value * factor,
              lineStyle: { color, type: "dashed" },
              label: { position: name === "base" ? "insideStartTop" : "insideEndTop", color, fontSize: 11, formatter: `${data.names[name]} ${kit.significant(value * factor)} ${unit}` },
            })),
        },
      },
    ],
  };
}

export function table(data) {
  return [[`${data.names?.hours ?? ""} [h]`, `${data.names?.power ?? ""} [${data.unit ?? ""}]`], ...(data.power ?? []).map((power, i) => [data.hours[i], power])];
}
