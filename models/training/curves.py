"""A run's curves as a PNG and as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import html
import json
from pathlib import Path
from typing import Any

from models.training.watch import METRICS

_SERIES = (
    ("loss", "Training loss (nats a token)"),
    ("perplexity", "Perplexity of what is held out"),
    ("validation_loss", "Held-out loss"),
    ("score", "Executed pass@1"),
    ("learning_rate", "Learning rate"),
    ("tokens_per_second", "Tokens a second"),
)
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}}
img{{max-width:100%;height:auto}}table{{border-collapse:collapse}}td,th{{padding:.2rem .8rem;text-align:right;
border-bottom:1px solid #ddd}}caption{{text-align:left;font-weight:600}}</style></head>
<body><h1>{title}</h1>
<img alt="Curves over the steps" src="data:image/png;base64,{picture}">{table}</body></html>
"""


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """A run's steps and validations, in order; empty for none yet."""
    path = folder / METRICS
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []
    )


def draw_curves(folder: Path) -> None:
    """Write ``curves.png`` and ``curves.html`` from the metrics in a run's folder."""
    metrics = read_metrics(folder)
    if not metrics:
        return
    picture = folder / "curves.png"
    _figure(metrics).savefig(picture, dpi=110)
    page = _PAGE.format(
        title=html.escape(f"Training: {folder.resolve().name}"),
        picture=base64.b64encode(picture.read_bytes()).decode(),
        table=_table(metrics),
    )
    (folder / "curves.html").write_text(page, encoding="utf-8")


def _figure(metrics: list[dict[str, Any]]) -> Any:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    present = [
        (name, title)
        for name, title in _SERIES
        if any(name in line for line in metrics)
        and not (name == "validation_loss" and _has(metrics, "perplexity"))
    ]
    rows = (len(present) + 1) // 2
    figure = Figure(figsize=(11, 3.3 * rows))  # no pyplot: it keeps state of its own
    FigureCanvasAgg(figure)
    for place, (name, title) in enumerate(present):
        axes = figure.add_subplot(rows, 2, place + 1)
        points = [(line["step"], line[name]) for line in metrics if name in line]
        sparse = len(points) < 40
        axes.plot(*zip(*points, strict=True), marker="o" if sparse else None, markersize=3, linewidth=1.4)
        axes.set_title(title, fontsize=10, loc="left")
        axes.set_xlabel("step", fontsize=9)
        axes.grid(alpha=0.3)
    figure.subplots_adjust(left=0.06, right=0.98, top=1 - 0.1 / rows, bottom=0.16 / rows, hspace=0.45)
    return figure


def _has(metrics: list[dict[str, Any]], name: str) -> bool:
    return any(name in line for line in metrics)


def _table(metrics: list[dict[str, Any]]) -> str:
    """Validations in words, for those who cannot see the drawing."""
    judged = [line for line in metrics if "validation_loss" in line or "score" in line]
    if not judged:
        return ""
    columns = [
        name for name in ("step", "epoch", "validation_loss", "perplexity", "score") if _has(judged, name)
    ]
    head = "".join(f'<th scope="col">{name.replace("_", " ")}</th>' for name in columns)
    rows = "".join(
        "<tr>" + "".join(f"<td>{_number(line.get(name))}</td>" for name in columns) + "</tr>"
        for line in judged
    )
    return f"<table><caption>Validations</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _number(value: Any) -> str:
    return "" if value is None else f"{value:,.4g}" if isinstance(value, float) else html.escape(str(value))
