"""The charts of the page: Vega-Lite, translated into Vega when the page is written.

A chart has no data of its own. The page puts rows into its data sets, so that one chart serves
every quantity and every choice of source and language.
"""

import copy
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from corpus_pipeline.remembered import remembered

#: Kept and dropped, and what stands beside them: colours that the colour-blind tell apart, with
#: contrast enough on white and on black.
KEPT, DROPPED, OTHER = "#2f7ebc", "#d1622b", "#6b7785"
_CONFIG = {
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "axis": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal",
             "domain": False, "tickSize": 3, "gridOpacity": 0.5},
    "legend": {"labelFontSize": 11, "titleFontSize": 11, "titleFontWeight": "normal"},
}  # fmt: skip
#: Numbers of an axis, each in the unit that is short for it.
_PLAIN = {
    "labelExpr": "abs(datum.value) < 1 ? format(datum.value, '~g') : format(datum.value, '~s')"
}
_VEGA_LITE = "https://vega.github.io/schema/vega-lite/v6.json"


def charts(words: Mapping[str, str]) -> dict[str, Any]:
    """Returns name -> Vega chart, with the words of a language."""
    compiled = {name: _compiled(spec) for name, spec in _specs(words).items()}
    return {**compiled, "funnel": _funnel(words)}


def scripts() -> str:
    """Returns Vega's scripts; bundled once for each version of them on a machine."""
    found: str = remembered("report-scripts", [version("vl-convert-python")], _bundle)
    return found


def _bundle() -> str:
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle


def _compiled(spec: dict[str, Any]) -> dict[str, Any]:
    key = [version("vl-convert-python"), spec]

    def compile_chart() -> Any:
        import vl_convert

        return vl_convert.vegalite_to_vega(spec)

    found: dict[str, Any] = remembered("report-charts", key, compile_chart)
    return found


def _specs(words: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    return {
        "histogram": _histogram(words, "linear"),
        "long_histogram": _histogram(words, "symlog"),
        "points": _points(words),
        "clusters": _bars(words, "size", words["cluster_size"], "n", words["clusters"]),
        "stacks": _stacks(words),
        "lengths": _lengths(),
        "matrix": _matrix(words),
    }


def _chart(height: int | dict[str, int], **more: Any) -> dict[str, Any]:
    return {
        "$schema": _VEGA_LITE,
        "width": 400,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "config": copy.deepcopy(_CONFIG),
        **more,
    }


def _fate(words: Mapping[str, str]) -> dict[str, Any]:
    return {
        "field": "fate",
        "type": "nominal",
        "scale": {"domain": [words["kept"], words["dropped"]], "range": [KEPT, DROPPED]},
        "legend": None,
    }


def _histogram(words: Mapping[str, str], scale: str) -> dict[str, Any]:
    x = {"field": "start", "type": "quantitative", "title": None,
         "scale": {"type": scale, "zero": False, "nice": False},
         "axis": {"tickCount": 5, "grid": False, "labelOverlap": True, **_PLAIN}}  # fmt: skip
    limit = {**x, "field": "value"}
    bars = {
        "data": {"name": "bins"},
        "mark": {"type": "rect", "tooltip": {"content": "data"}},
        "encoding": {
            "x": x,
            "x2": {"field": "stop"},
            "y": {"field": "low", "type": "quantitative", "title": None,
                  "axis": {"tickCount": 3, **_PLAIN}},
            "y2": {"field": "high"},
            "color": _fate(words),
        },
    }  # fmt: skip
    rule = {
        "data": {"name": "limits"},
        "mark": {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5, "color": OTHER,
                 "tooltip": {"content": "data"}},
        "encoding": {"x": limit},
    }  # fmt: skip
    return _chart(110, layer=[bars, rule])


def _points(words: Mapping[str, str]) -> dict[str, Any]:
    def axis(field: str, title: str) -> dict[str, Any]:
        return {"field": field, "type": "quantitative", "title": title,
                "scale": {"type": "log", "zero": False, "nice": False},
                "axis": {"tickCount": 6, "labelOverlap": True, **_PLAIN}}  # fmt: skip

    return _chart(
        320,
        data={"name": "points"},
        mark={"type": "point", "filled": True, "size": 14, "opacity": 0.5, "clip": True},
        encoding={
            "x": axis("chars", words["characters"]),
            "y": axis("perplexity", words["perplexity_axis"]),
            "color": _fate(words),
        },
    )


def _bars(words: Mapping[str, str], x: str, x_title: str, y: str, y_title: str) -> dict[str, Any]:
    return _chart(
        200,
        data={"name": "rows"},
        mark={"type": "bar", "color": KEPT, "tooltip": {"content": "data"}},
        encoding={
            "x": {"field": x, "type": "ordinal", "title": x_title,
                  "axis": {"labelAngle": 0, "labelOverlap": True}},
            "y": {"field": y, "type": "quantitative", "title": y_title,
                  "axis": {"tickCount": 4, **_PLAIN}},
        },
    )  # fmt: skip


def _stacks(words: Mapping[str, str]) -> dict[str, Any]:
    """Horizontal bars of parts: identifiers by kind, each part a source or language."""
    return _chart(
        {"step": 20},
        data={"name": "rows"},
        mark={"type": "bar", "tooltip": {"content": "data"}},
        encoding={
            "y": {"field": "name", "type": "nominal", "title": None, "sort": None},
            "x": {"field": "n", "type": "quantitative", "title": words["count"],
                  "axis": {"tickCount": 5, **_PLAIN}},
            "color": {"field": "colour", "type": "nominal", "scale": None},
            "order": {"field": "place", "type": "quantitative"},
        },
    )  # fmt: skip


def _lengths() -> dict[str, Any]:
    """Horizontal bars, one or two beside each other for each name."""
    return _chart(
        {"step": 16},
        data={"name": "rows"},
        mark={"type": "bar", "tooltip": {"content": "data"}},
        encoding={
            "y": {"field": "name", "type": "nominal", "title": None, "sort": None},
            "yOffset": {"field": "series", "type": "nominal", "sort": None},
            "x": {"field": "n", "type": "quantitative", "title": None,
                  "axis": {"tickCount": 5, **_PLAIN}},
            "color": {"field": "series", "type": "nominal", "title": None, "sort": None,
                      "scale": {"range": [KEPT, OTHER]}, "legend": None},
        },
    )  # fmt: skip


def _matrix(words: Mapping[str, str]) -> dict[str, Any]:
    return _chart(
        {"step": 20},
        data={"name": "rows"},
        mark={"type": "rect", "tooltip": {"content": "data"}},
        encoding={
            "y": {"field": "one", "type": "nominal", "title": None, "sort": None,
                  "axis": {"labelLimit": 140}},
            "x": {"field": "other", "type": "nominal", "title": None, "sort": None,
                  "axis": {"labelAngle": -60, "labelLimit": 140}},
            "color": {"field": "n", "type": "quantitative", "title": words["documents"],
                      "scale": {"scheme": "blues", "type": "sqrt"}, "legend": None},
        },
    )  # fmt: skip


#: Height of a row of the funnel, and of the bar in it.
_ROW, _BAR = 46, 16


@cache
def _funnel_marks() -> tuple[dict[str, Any], ...]:
    def path(where: str, colour: str, opacity: float) -> dict[str, Any]:
        return {
            "type": "path",
            "from": {"data": "steps"},
            "encode": {"update": {
                "path": {"field": where}, "fill": {"value": colour},
                "fillOpacity": {"value": opacity}, "tooltip": {"field": "tip"},
            }},
        }  # fmt: skip

    def label(text: str, x: str, align: str, shift: int, size: int, name: str) -> dict[str, Any]:
        return {
            "type": "text",
            "name": name,
            "from": {"data": "steps"},
            "encode": {"update": {
                "x": {"signal": x}, "y": {"signal": f"datum.y + {_BAR / 2 + shift}"},
                "text": {"field": text}, "align": {"value": align},
                "baseline": {"value": "middle"}, "fontSize": {"value": size},
                "limit": {"signal": "left - 8" if align == "right" else "right"},
            }},
        }  # fmt: skip

    return (
        path("stays", KEPT, 0.35),
        path("goes", DROPPED, 0.35),
        path("bar", KEPT, 1.0),
        path("end", DROPPED, 1.0),
        label("name", "left - 10", "right", -6, 12, "names"),
        label("amount", "left - 10", "right", 8, 11, "amounts"),
        label("lost", "datum.x3 + 6", "left", 0, 11, "losses"),
    )


def _funnel(words: Mapping[str, str]) -> dict[str, Any]:
    """A Sankey diagram from top to bottom; rows: name, amount, lost, tip, before, after, n.

    Vega places everything: a bar is as wide as what leaves the step, and what the step drops runs
    from the right end of the bar above to a bar of its own beside it.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega/v6.json",
        "width": 600,
        "padding": {"top": 8, "bottom": 8, "left": 0, "right": 0},
        "autosize": "none",
        "signals": [
            {"name": "rows", "value": 1},
            {"name": "most", "value": 1},
            {"name": "height", "update": f"rows * {_ROW} - {_ROW - _BAR}"},
            {"name": "left", "update": "min(170, max(88, width * 0.22))"},
            {"name": "right", "update": "min(150, max(108, width * 0.2))"},
            {"name": "gap", "value": 14},
            {"name": "scale", "update": "max(20, width - left - right - gap) / most"},
        ],
        "data": [{
            "name": "steps",
            "values": [],
            "transform": [
                {"type": "formula", "as": "y", "expr": f"datum.n * {_ROW}"},
                {"type": "formula", "as": "x1", "expr": "left + datum.after * scale"},
                {"type": "formula", "as": "x2", "expr":
                    "left + datum.before * scale"},
                {"type": "formula", "as": "x3", "expr":
                    "datum.before > datum.after ? max(datum.x2, datum.x1 + 1) + gap : datum.x1"},
                {"type": "formula", "as": "bar", "expr":
                    f"'M' + left + ',' + datum.y + 'H' + datum.x1 + 'v{_BAR}H' + left + 'Z'"},
                {"type": "formula", "as": "stays", "expr":
                    "datum.n == 0 ? '' : 'M' + left + ',' + datum.y + 'H' + datum.x1 + "
                    f"'v-{_ROW - _BAR}H' + left + 'Z'"},
                {"type": "formula", "as": "end", "expr":
                    "datum.before > datum.after ? 'M' + (datum.x1 + gap) + ',' + datum.y + 'H' + "
                    f"datum.x3 + 'v{_BAR}H' + (datum.x1 + gap) + 'Z' : ''"},
                {"type": "formula", "as": "goes", "expr":
                    "datum.before > datum.after ? 'M' + datum.x1 + ',' + "
                    f"(datum.y - {_ROW - _BAR}) + 'H' + max(datum.x2, datum.x1 + 1) + 'C' + "
                    f"max(datum.x2, datum.x1 + 1) + ',' + (datum.y - {(_ROW - _BAR) // 2}) + ' ' + "
                    f"datum.x3 + ',' + (datum.y - {(_ROW - _BAR) // 2}) + ' ' + datum.x3 + ',' + "
                    "datum.y + 'H' + (datum.x1 + gap) + 'C' + (datum.x1 + gap) + ',' + "
                    f"(datum.y - {(_ROW - _BAR) // 2}) + ' ' + datum.x1 + ',' + "
                    f"(datum.y - {(_ROW - _BAR) // 2}) + ' ' + datum.x1 + ',' + "
                    f"(datum.y - {_ROW - _BAR}) + 'Z' : ''"},
            ],
        }],
        "marks": list(_funnel_marks()),
        "description": words["funnel"],
    }  # fmt: skip
