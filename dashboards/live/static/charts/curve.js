// One quantity of a meter over time: mean as a line, lowest to highest as a band, gaps hatched, new points appended.
// data: {start, end, unit, zero, dense, times, mean, low, high, gaps, marks, names}

// The same data with points that came since; of a coarse curve only the newest point is kept.
export function extend(data, newer) {
  const last = data.times.at(-1) ?? -Infinity;
  const fresh = newer.filter(([time], i) => time > last && (i === 0 || time > newer[i - 1][0]));
  newer.splice(0, newer.length, ...(data.dense ? fresh : fresh.slice(-1)));
  if (!newer.length) return data;
  const times = newer.map(([time]) => time);
  const values = newer.map(([, value]) => value);
  return {
    ...data,
    end: Math.max(data.end, times.at(-1)),
    start: data.start + Math.max(0, times.at(-1) - data.end),
    times: [...data.times, ...times],
    mean: [...data.mean, ...values],
    low: [...data.low, ...values],
    high: [...data.high, ...values],
  };
}

const seconds = (local) => new Date(local).toISOString().slice(11, 19);

export function option(data, kit, element) {
  const known = data.mean.filter((value) => value !== null);
  // A register keeps its unit: it is compared with the display of the device.
  const { factor, unit } = !data.zero ? { factor: 1, unit: data.unit } : kit.scale(Math.max(0.001, ...known.map(Math.abs)), data.unit);
  const at = (time) => time + kit.offset;
  const narrow = kit.narrow(element);
  const text = kit.style("text");
  const points = (values) => data.times.map((time, i) => [at(time), values[i] === null ? null : values[i] * factor]);
  const line = kit.color("grid");
  const width = (band) => ((band.end - band.start) / (data.end - data.start)) * element.clientWidth;
  const gaps = data.gaps.map((band) => [
    {
      xAxis: at(Math.max(band.start, data.start)),
      name: width(band) > 110 ? band.name : band.short,
      itemStyle: { color: kit.hatch(kit.style("muted")), opacity: 0.75 },
      label: { show: width(band) > 44, position: "insideBottom", distance: 6, color: text, fontSize: 10, backgroundColor: kit.style("card"), padding: [2, 4], borderRadius: 3 },
    },
    { xAxis: at(band.end) },
  ]);
  const hidden = { type: "line", symbol: "none", silent: true, lineStyle: { opacity: 0 }, emphasis: { disabled: true } };
  return {
    animation: false,
    useUTC: true,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: data.zero ? 62 : 88, right: 16, top: 30, bottom: 26 },
    xAxis: {
      type: "time",
      min: at(data.start),
      max: at(data.end),
      splitNumber: narrow ? 3 : 8,
      axisLabel: { ...kit.axisText(), hideOverlap: true, formatter: (value) => (value % 86400e3 === 0 ? kit.stamp(value).slice(5, 10) : kit.clock(value)) },
      axisLine: { lineStyle: { color: kit.style("line") } },
      axisTick: { show: false },
      splitLine: { show: false },
      axisPointer: { lineStyle: { color: kit.style("muted") } },
    },
    yAxis: {
      type: "value",
      scale: !data.zero,
      name: unit,
      nameGap: 8,
      nameTextStyle: { ...kit.axisText(), align: "right", padding: [0, 6, 0, 0] },
      axisLabel: { ...kit.axisText(), formatter: (value) => (data.zero ? kit.significant(value, 2) : value.toLocaleString("en-US", { maximumFractionDigits: 3 })) },
      splitLine: { lineStyle: { color: kit.style("line"), opacity: 0.6 } },
      splitNumber: 4,
    },
    dataZoom: [{ type: "inside", filterMode: "none", minValueSpan: 60e3, zoomOnMouseWheel: "ctrl", moveOnMouseMove: true, moveOnMouseWheel: false }],
    tooltip: {
      trigger: "axis",
      ...kit.tooltipStyle(),
      formatter: (entries) => {
        const entry = entries.find((one) => one.seriesId === "mean");
        if (!entry) return "";
        const i = entry.dataIndex;
        const time = entry.value[0];
        const title = `${kit.stamp(time).slice(0, 10)} ${seconds(time)}`;
        const gap = data.gaps.find((band) => at(band.start) <= time && time < at(band.end));
        if (data.mean[i] === null) return kit.tooltip(gap?.name ?? "", []);
        const shown = (value) => `${kit.significant(value * factor, data.zero ? 4 : 9)} ${unit}`;
        const lines = [["grid", data.names.quantity, 2, shown(data.mean[i])]];
        if (data.high[i] - data.low[i] > 1e-9) lines.push(["use", data.names.high, 1, shown(data.high[i])], ["use", data.names.low, 0, shown(data.low[i])]);
        return kit.tooltip(title, lines);
      },
    },
    series: [
      { ...hidden, id: "low", stack: "band", stackStrategy: "all", data: points(data.low) },
      { ...hidden, id: "band", stack: "band", stackStrategy: "all", areaStyle: { color: line, opacity: 0.18 }, data: data.times.map((time, i) => [at(time), data.high[i] === null ? null : (data.high[i] - data.low[i]) * factor]) },
      {
        id: "mean",
        name: data.names.quantity,
        type: "line",
        symbol: known.length < 3 ? "circle" : "none",
        z: 4,
        lineStyle: { width: 1.6, color: line },
        itemStyle: { color: line },
        emphasis: { disabled: true },
        data: points(data.mean),
        markLine: {
          silent: true,
          symbol: "none",
          animation: false,
          lineStyle: { color: kit.style("warn"), type: "dotted" },
          label: { color: kit.style("warn"), fontSize: 10 },
          data: data.marks.map((mark) => ({ xAxis: at(mark.time), label: { formatter: mark.name } })),
        },
      },
      { id: "gaps", type: "line", data: [], silent: true, z: 6, markArea: { silent: true, z: 6, data: gaps } },
    ],
  };
}

export function table(data, kit) {
  const head = [data.names.time, `${data.names.quantity} [${data.unit}]`, `${data.names.low} [${data.unit}]`, `${data.names.high} [${data.unit}]`];
  return [head, ...data.times.map((time, i) => [`${kit.stamp(time + kit.offset).slice(0, 10)} ${seconds(time + kit.offset)}`, data.mean[i], data.low[i], data.high[i]])];
}
