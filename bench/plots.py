"""Bars of what was measured, and memory over time."""

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
from matplotlib import pyplot  # the backend comes first


def draw(found: dict[str, Any], folder: Path) -> dict[str, Path]:
    """Caption → file."""
    folder.mkdir(parents=True, exist_ok=True)
    made: dict[str, Path] = {}
    if "metrics" in found:
        rows = found["metrics"][::-1]
        caption = "Facts a second, by who counts them"
        made[caption] = folder / "metrics.svg"
        figure, axes = pyplot.subplots(figsize=(8, 0.5 * len(rows) + 1.2))
        bars = axes.barh([row["name"] for row in rows], [row["per_second"] for row in rows], color="#7a8ba6")
        bars[-1].set_color("#b5332e")
        axes.bar_label(bars, fmt="{:,.0f}", padding=4)
        axes.set_xlabel("facts/s")
        axes.margins(x=0.15)
        _keep(figure, made[caption])
        caption = "Memory while metrics counts"
        made[caption] = folder / "memory.svg"
        figure, axes = pyplot.subplots(figsize=(8, 3))
        series = rows[-1]["memory"]
        for name in series[-1].keys() - {"t"}:
            axes.plot([one["t"] for one in series], [one.get(name) for one in series], label=name)
        axes.set_xlabel("s")
        axes.set_ylabel("MB (RSS)")
        axes.set_ylim(bottom=0)
        axes.legend()
        _keep(figure, made[caption])
    return made


def _keep(figure: Any, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
