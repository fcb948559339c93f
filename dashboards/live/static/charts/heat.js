// Energy by hour and day: one cell an hour, the newest day on top; hatched where nobody measured.
// data: {unit, days, dates, weekdays, rest, cells: [[hour, day, value or null]], names}

function shades(kit) {
  return document.documentElement.dataset.theme === "dark"
    ? ["#1b2a3d", "#27476b", "#3d6f9f", "#6d9bd0", "#c5dcf5"]
    : ["#edf3f9", "#c3d7ea", "#8fb3d5", kit.color("grid"), "#1f4a75"];
}

export function option(data, kit, element) {
  const values = data.cells.map(([, , value]) => value).filter((value) => value !== null);
  const { factor, unit } = kit.scale(Math.max(1, ...values), data.unit);
  const known = data.cells.filter(([, , value]) => value !== null).map(([hour, day, value]) => [hour, day, value * factor]);
  const lost = data.cells.filter(([, , value]) => value === null).map(([hour, day]) => [hour, day, 0]);
  const high = Math.max(...known.map(([, , value]) => value), 0.001);
  const label = (day) => `${data.weekdays[day]} ${data.days[day]}`;
  const text = kit.axisText();
  return {
    animation: false,
    textStyle: { fontFamily: kit.style("font") },
    grid: { left: kit.narrow(element) ? 74 : 84, right: 4, top: 6, bottom: 52 },
    xAxis: {
      type: "category",
      data: Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, "0")),
      axisLabel: { ...text, interval: kit.narrow(element) ? 5 : 2, formatter: (hour) => `${hour}:00` },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    yAxis: {
      type: "category",
      data: data.days.map((_, day) => label(day)),
      axisLabel: { ...text, interval: (day) => (data.days.length - 1 - day) % (data.days.length > 14 ? 3 : 1) === 0 },
      axisLine: { show: false },
      axisTick: { show: false },
    },
    visualMap: {
      type: "continuous",
      seriesIndex: 0,
      min: 0,
      max: high,
      calculable: false,
      orient: "horizontal",
      left: "center",
      bottom: 0,
      itemWidth: 10,
      itemHeight: kit.narrow(element) ? 120 : 190,
      text: [`${kit.significant(high)} ${unit}`, `0 ${unit}`],
      textStyle: text,
      inRange: { color: shades(kit) },
    },
    tooltip: {
      ...kit.tooltipStyle(),
      formatter: ({ value: [hour, day, value], seriesIndex }) => {
        const from = String(hour).padStart(2, "0");
        const title = `${label(day)} ${from}:00 – ${String(hour + 1).padStart(2, "0")}:00`;
        if (seriesIndex === 1) return `<div class="tip"><strong>${kit.escape(title)}</strong><div class="tip-note">${kit.escape(data.names.missing)}</div></div>`;
        return kit.tooltip(title, [["grid", data.names.energy, value, `${kit.significant(value)} ${unit}`]]);
      },
    },
    series: [
      { id: "known", type: "heatmap", data: known, itemStyle: { borderColor: kit.style("card"), borderWidth: 1 }, emphasis: { itemStyle: { borderColor: kit.style("text") } } },
      { id: "lost", type: "heatmap", data: lost, itemStyle: { color: kit.hatch(kit.style("muted")), opacity: 0.7 }, emphasis: { disabled: true } },
    ],
  };
}

export function table(data) {
  const hours = Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, "0")}:00`);
  const rows = data.dates.map((date) => [date, ...Array(24).fill(null)]);
  for (const [hour, day, value] of data.cells) rows[day][hour + 1] = value;
  return [[`${data.names.day} \\ ${data.names.hour} [${data.unit}]`, ...hours], ...rows];
}
