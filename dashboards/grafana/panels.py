"""Panels in the one style of all dashboards: units, colours, gaps that stay gaps."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from grafana_foundation_sdk.builders import barchart, common, gauge, stat, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as kinds
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColorModeId,
    Threshold,
    ThresholdsMode,
)

from dashboards.grafana import colours
from dashboards.grafana.units import POWER

Panel: TypeAlias = timeseries.Panel | stat.Panel | gauge.Panel | table.Panel | barchart.Panel

JOINED_MS: Final = 1_800_000
"""Readings up to 30 minutes apart are joined by a line, as accounting takes what is between them for measured."""

QUARTER: Final = "15m"
"""No interval is shorter where many meters are added up: all of them were heard in it."""

_GROUPED: Final = {"aggregations": [], "operation": "groupby"}


def lines(unit: str, *, every: str = QUARTER, joined: int = JOINED_MS) -> timeseries.Panel:
    """Lines over time; what is further apart than `joined` [ms] is not connected."""
    return (
        timeseries.Panel()
        .unit(unit)
        .interval(every)
        .line_width(1)
        .fill_opacity(8)
        .show_points(kinds.VisibilityMode.AUTO)
        .span_nulls(joined)
        .legend(_legend("mean", "max"))
        .tooltip(_tooltip())
    )


def areas(unit: str, *, every: str = QUARTER) -> timeseries.Panel:
    """Areas on top of each other. Nothing is connected over a gap: a sum would be wrong there."""
    return lines(unit, every=every).span_nulls(False).fill_opacity(55).line_width(0).stacking(_stacked())  # noqa: FBT003 - the SDK's own


def steps(unit: str, *, every: str) -> timeseries.Panel:
    """Bars over time, one upon another, a bar for each interval."""
    return (
        lines(unit, every=every)
        .draw_style(kinds.GraphDrawStyle.BARS)
        .bar_alignment(kinds.BarAlignment.AFTER)
        .fill_opacity(80)
        .line_width(0)
        .show_points(kinds.VisibilityMode.NEVER)
        .stacking(_stacked())
        .legend(_legend("sum"))
    )


def points(unit: str) -> timeseries.Panel:
    """Single values, not connected."""
    return lines(unit).draw_style(kinds.GraphDrawStyle.POINTS).show_points(kinds.VisibilityMode.ALWAYS).point_size(6)


def figure(unit: str) -> stat.Panel:
    """A number, or several beside each other, without a chart."""
    return (
        stat.Panel()
        .unit(unit)
        .graph_mode(kinds.BigValueGraphMode.NONE)
        .color_mode(kinds.BigValueColorMode.VALUE)
        .text_mode(kinds.BigValueTextMode.AUTO)
        .reduce_options(_newest())
        .color_scheme(fixed("text"))
    )


def part_of(unit: str) -> gauge.Panel:
    """A number against its limit: amber from 90 % of it, red from 100 %."""
    return (
        gauge.Panel()
        .unit(unit)
        .min(0)
        .reduce_options(_newest())
        .thresholds(limits({0.0: colours.GOOD, 90.0: colours.WARNING, 100.0: colours.ALARM}, percent=True))
    )


def demand() -> timeseries.Panel:
    """Mean power of quarters of an hour, with the contract as a line: the question for it has the ref `limit`."""
    return (
        lines(POWER)
        .min(0)
        .line_interpolation(kinds.LineInterpolation.STEP_AFTER)
        .thresholds_style(common.GraphThresholdsStyleConfig().mode(kinds.GraphThresholdsStyleMode.LINE))
        .color_scheme(fixed(colours.SOURCES["grid"]))
        .with_transformation(limit_from("limit", "threshold1"))
    )


def rows() -> table.Panel:
    """A table."""
    return table.Panel().cell_height(kinds.TableCellHeight.SM).show_header(True)  # noqa: FBT003 - the SDK's own


def bars(unit: str) -> barchart.Panel:
    """Bars by a text, such as the month, one upon another."""
    return (
        barchart.Panel()
        .unit(unit)
        .stacking(kinds.StackingMode.NORMAL)
        .show_value(kinds.VisibilityMode.NEVER)
        .fill_opacity(80)
        .legend(_legend("sum"))
        .tooltip(_tooltip())
    )


BESIDE: Final = kinds.StackingMode.NONE
"""Bars beside each other."""


def by_month(panel: barchart.Panel, zone: str, columns: Sequence[str]) -> barchart.Panel:
    """Add up days into months, which InfluxQL cannot: each column becomes a bar, `<name> (sum)`.

    Args:
        panel: of bars.
        zone: IANA name; months begin in it.
        columns: that are added up.
    """
    sums = {name: {"aggregations": ["sum"], "operation": "aggregate"} for name in columns}
    grouping = transformation("groupBy", fields={"Time": _GROUPED, **sums})
    return panel.x_field("Time").transformations([_months(zone), grouping])


def by_month_and(panel: barchart.Panel, zone: str, tag: str, column: str) -> barchart.Panel:
    """Add up days into months for each value of a tag: each value becomes a bar, by its own name."""
    sums = {column: {"aggregations": ["sum"], "operation": "aggregate"}}
    return panel.x_field(f"Time\\{tag}").transformations(
        [
            _months(zone),
            transformation("groupBy", fields={"Time": _GROUPED, tag: _GROUPED, **sums}),
            transformation("groupingToMatrix", columnField=tag, rowField="Time", valueField=f"{column} (sum)"),
        ]
    )


def _months(zone: str) -> DataTransformerConfig:
    return transformation("formatTime", timeField="Time", outputFormat="YYYY-MM", useTimezone=True, timezone=zone)


def with_line(panel: timeseries.Panel, at: float) -> timeseries.Panel:
    """A line at a value that is aimed at."""
    return panel.thresholds(limits({0.0: colours.ALARM, at: colours.GOOD})).thresholds_style(
        common.GraphThresholdsStyleConfig().mode(kinds.GraphThresholdsStyleMode.DASHED)
    )


def fixed(colour: str) -> build.FieldColor:
    """One colour."""
    return build.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(colour)


def limits(steps_: Mapping[float, str], *, percent: bool = False) -> build.ThresholdsConfig:
    """Colours from limits on; the first has no lower end."""
    found = [Threshold(value=None if n == 0 else at, color=colour) for n, (at, colour) in enumerate(steps_.items())]
    return build.ThresholdsConfig().mode(ThresholdsMode.PERCENTAGE if percent else ThresholdsMode.ABSOLUTE).steps(found)


def by_limits() -> build.FieldColor:
    """The colour of the limit that a value has reached."""
    return build.FieldColor().mode(FieldColorModeId.THRESHOLDS)


def named(name: str, colour: str = "") -> list[DynamicConfigValue]:
    """What a series is called, and its colour."""
    found = [DynamicConfigValue("displayName", name)]
    return [*found, coloured(colour)] if colour else found


def coloured(colour: str) -> DynamicConfigValue:
    """The colour of a series."""
    return DynamicConfigValue("color", {"mode": "fixed", "fixedColor": colour})


def cells(unit: str, *, bar: bool = False) -> list[DynamicConfigValue]:
    """Numbers of a column, as bars too where they are to be compared."""
    found = [DynamicConfigValue("unit", unit)]
    look = {"type": "gauge", "mode": "basic", "valueDisplayMode": "text"}
    return [*found, DynamicConfigValue("custom.cellOptions", look), coloured(colours.PLAIN)] if bar else found


def sorted_by(title: str, *, descending: bool = True) -> common.TableSortByFieldState:
    """A table in the order of a column, by its title."""
    return common.TableSortByFieldState().display_name(title).desc(descending)


def transformation(kind: str, **options: object) -> DataTransformerConfig:
    """A transformation of what was answered."""
    return DataTransformerConfig(id_val=kind, options=options)


def limit_from(ref: str, handler: str) -> DataTransformerConfig:
    """Take `contract` of the answer to a question as the maximum, or as a line."""
    mapping: dict[str, object] = {"fieldName": "contract", "handlerKey": handler, "reducerId": "lastNotNull"}
    if handler == "threshold1":
        mapping["handlerArguments"] = {"threshold": {"color": colours.ALARM}}
    return transformation("configFromData", configRefId=ref, mappings=[mapping])


def _legend(*calculations: str) -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(kinds.LegendDisplayMode.LIST)
        .placement(kinds.LegendPlacement.BOTTOM)
        .show_legend(True)  # noqa: FBT003 - the SDK's own
        .calcs(list(calculations))
    )


def _tooltip() -> common.VizTooltipOptions:
    return common.VizTooltipOptions().mode(kinds.TooltipDisplayMode.MULTI).sort(kinds.SortOrder.DESCENDING)


def _stacked() -> common.StackingConfig:
    return common.StackingConfig().mode(kinds.StackingMode.NORMAL).group("A")


def _newest() -> common.ReduceDataOptions:
    return common.ReduceDataOptions().calcs(["lastNotNull"]).values(False).fields("")  # noqa: FBT003 - the SDK's own
