// Hours down, days across, so that a year fits; hatched where something is not known.
// data: {unit, days, cells: [[day, hour, value or null]], names}

const shades = (kit) =>
  document.documentElement.dataset.theme === "dark" ? ["#1b2a3d", "#27476b", "#3d6f9f", "#6d9bd0", "#c5dcf5"] : ["#edf3f9", "#c3d7ea", "#8fb3d5", kit.color("grid"), "#1f4a75"];
const clock = (hour) => `${String(hour).padStart(2, "0")}:00`;

export function option(data, kit, element) {
  if (!data.cells?.length) return { series: [] };
  const known = data.cells.filter(([, , value]) => value !== null);
  const values = known.map(([, , value]) => value);
  const { factor, unit } = kit.scale(Math.max(0.001, ...values), data.unit);
  const lost = data.cells.filter(([, , value]) => value === null).map(([day, hour]) => [day, hour, 0]);
  const text = kit.axisText();
  const high = Math.max(0.001, ...values) * factor;
  const low = Math.min(...values, high / factor) * factor; // from the lowest, for the pattern counts here
  return {
    animation: false,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: 50, right: 6, top: 6, bottom: 62 },
    xAxis: { type: "category", data: data.days, axisLabel: { ...text, hideOverlap: true, formatter: (day) => day.slice(5) }, axisLine: { show: false }, axisTick: { show: false } },
    yAxis: { type: "category", inverse: true, data: Array.from({ length: 24 }, (_, hour) => clock(hour)), axisLabel: { ...text, interval: 5 }, axisLine: { show: false }, axisTick: { show: false } },
    visualMap: { type: "continuous", seriesIndex: 0, min: low, max: high, calculable: false, orient: "horizontal", left: "center", bottom: 0, itemWidth: 10, itemHeight: kit.narrow(element) ? 110 : 190, text: [`${kit.significant(high)} ${unit}`, `${kit.significant(low)} ${unit}`], textStyle: text, inRange: { color: shades(kit) } },
    tooltip: {
      ...kit.tooltipStyle(),
      formatter: ({ value: [day, hour, value], seriesIndex }) => {
        const title = `${data.days[day]} ${clock(hour)} – ${clock(hour + 1)}`;
        return kit.tooltip(title, [["grid", data.names.value, 1, seriesIndex === 1 ? data.names.missing : `${kit.significant(value, 4)} ${unit}`]]);
      },
    },
    series: [
      { id: "known", type: "heatmap", progressive: 0, data: known.map(([day, hour, value]) => [day, hour, value * factor]), itemStyle: data.days.length < 62 ? { borderColor: kit.style("card"), borderWidth: 1 } : {} },
      { id: "lost", type: "heatmap", progressive: 0, data: lost, itemStyle: { color: kit.hatch(kit.style("muted")), opacity: 0.7 }, emphasis: { disabled: true } },
    ],
  };
}

export function table(data) {
  const rows = data.days.map((day) => [day, ...Array(24).fill(null)]);
  for (const [day, hour, value] of data.cells) rows[day][hour + 1] = value;
  return [[`${data.names.day} \\ ${data.names.hour} [${data.unit}]`, ...Array.from({ length: 24 }, (_, hour) => clock(hour))], ...rows];
}
