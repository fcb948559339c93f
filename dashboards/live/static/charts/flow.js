// Flow now, from where energy comes to who uses it.
// data: {unit, nodes: [{id, name, color, href, value}], links: [{source, target, value, carrier}], names}

export function option(data, kit, element) {
  const names = new Map(data.nodes.map((node) => [node.id, node.name]));
  const narrow = kit.narrow(element);
  const big = kit.zoom(data);
  return {
    animation: false,
    title: {
      show: data.links.length === 0,
      text: data.names.none,
      left: "center",
      top: "middle",
      textStyle: { color: kit.style("muted"), fontSize: 13 * big, fontWeight: 400, fontFamily: kit.style("font") },
    },
    textStyle: { fontFamily: kit.style("font") },
    tooltip: {
      ...kit.tooltipStyle(),
      formatter: ({ data: item, dataType }) =>
        dataType === "edge"
          ? kit.tooltip(`${names.get(item.source)} → ${names.get(item.target)}`, [[item.carrier, item.label_, item.value, kit.quantity(item.value, data.unit)]])
          : kit.tooltip(names.get(item.name), [[item.color_, data.names.power, item.value_, kit.quantity(item.value_, data.unit)]]),
    },
    series: [
      {
        id: "flow",
        type: "sankey",
        left: 2,
        right: (narrow ? 146 : 212) * big,
        top: 8,
        bottom: 8,
        nodeWidth: 10 * big,
        nodeGap: (narrow ? 12 : 13) * big,
        layoutIterations: 0,
        draggable: false,
        emphasis: { focus: "adjacency" },
        label: {
          color: kit.style("text"),
          fontSize: 11.5 * big,
          fontFamily: kit.style("font"),
          formatter: ({ data: item }) => {
            const value = kit.quantity(item.value_, data.unit);
            if (narrow && item.depth === 1) return item.name === "carrier:electricity" ? names.get(item.name) : "";
            return item.depth === 2 ? `{users|${value}}{name|${kit.fit(names.get(item.name), (narrow ? 82 : 148) * big, 11.5 * big)}}` : `${names.get(item.name)}  {v|${value}}`;
          },
          rich: {
            v: { color: kit.style("text"), opacity: 0.85, fontSize: 11 * big, fontFamily: kit.style("font") },
            users: { color: kit.style("muted"), fontSize: 11 * big, width: 58 * big, align: "left", fontFamily: kit.style("font") },
            name: { color: kit.style("text"), fontSize: 11.5 * big, fontFamily: kit.style("font") },
          },
        },
        data: data.nodes.map((node) => ({
          name: node.id,
          href: node.href,
          value_: node.value,
          color_: node.color,
          depth: node.depth,
          itemStyle: { color: kit.color(node.color), borderWidth: 0 },
        })),
        links: data.links.map((link) => ({
          ...link,
          label_: link.name,
          lineStyle: { color: kit.color(link.color), opacity: 0.38, curveness: 0.5 },
        })),
      },
    ],
  };
}

export function table(data) {
  const names = new Map(data.nodes.map((node) => [node.id, node.name]));
  return [
    [data.names.from, data.names.to, data.names.carrier, `${data.names.power} [${data.unit}]`],
    ...data.links.map((link) => [names.get(link.source), names.get(link.target), link.name, link.value]),
  ];
}
