"""Tables and plots: ratios first, then figures, then what they cost."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

NOTES = Path(__file__).parent / "notes.md"
"""What people wrote about the figures: what limits them, and what falls short why."""


def write(found: dict[str, Any], folder: Path) -> None:
    """`benchmarks.md`, and beside it its plots and all that was measured; parts that were not measured now stay."""
    from . import plots

    pictures_folder = folder / "benchmarks"
    pictures_folder.mkdir(parents=True, exist_ok=True)
    kept = pictures_folder / "measured.json"
    known = msgspec.json.decode(kept.read_bytes()) if kept.exists() else {}
    known |= found
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(known, order="sorted"), indent=1) + b"\n")
    pictures = plots.draw({name: part["result"] for name, part in known.items()}, pictures_folder)
    shown = "\n".join(f"![{name}](benchmarks/{path.name})" for name, path in pictures.items())
    notes = NOTES.read_text(encoding="utf-8")
    text = f"# Benchmarks\n\n{tables(known)}\n{shown}\n\n{notes}"
    (folder / "benchmarks.md").write_text(text, encoding="utf-8")


def tables(found: dict[str, Any]) -> str:
    """All that was measured, as Markdown."""
    parts = [
        "Everything, the load too, ran on one machine. Medians of interleaved rounds: compare the ratios within a "
        "table, not figures of different tables.\n"
    ]
    for name, part in PARTS.items():
        if name in found:
            parts.append(f"{part(found[name]['result'])}\n{_conditions(found[name]['conditions'])}")
    return "\n".join(parts)


def _conditions(told: dict[str, Any]) -> str:
    return (
        f"*`SIZE={told['size']}`, rounds: {told.get('rounds', 3)}; {told['at']}, {told['cores']} cores, "
        f"{told['memory_gb']} GB, {told['system']}, "
        f"Python {told['python']}; load average before: {told['load']}.*\n"
    )


def _metrics(rows: Sequence[dict[str, Any]]) -> str:
    ours = rows[0]["per_second"]
    table = [
        (
            row["name"],
            f"{ours / row['per_second']:.2f}",
            f"{row['per_second']:,.0f}",
            f"{row['cpu_us']:.0f}",
            f"{row['records']:,}",
            row["guarantee"],
        )
        for row in rows
    ]
    head = ("facts → cells", "ours ÷ this", "facts/s", "its own CPU, µs a fact", "facts", "guarantee")
    return "## Metrics\n\n" + _table(head, table)


def _routing(part: dict[str, Any]) -> str:
    table = [
        ("Mingshao routing: decide, transaction, publish", "", f"{part['ours']:,.0f}"),
        ("MongoDB, bulk upsert of the same documents", f"{part['ours'] / part['bulk']:.2f}", f"{part['bulk']:,.0f}"),
        (
            "the same with the same indexes",
            f"{part['ours'] / part['bulk_indexed']:.2f}",
            f"{part['bulk_indexed']:,.0f}",
        ),
    ]
    head = (f"{part['submissions']:,} distinct submissions", "ours ÷ this", "submissions/s")
    return f"## Routing\n\n{_table(head, table)}\nRouting's own CPU: {part['cpu_us']} µs a submission.\n"


def _intake(part: dict[str, Any]) -> str:
    ours = part["ours"]["per_second"]
    names = {"ours": "Mingshao intake", "bare": "bare ASGI, body as it is", "pydantic": "FastAPI with pydantic"}
    table = [
        (
            label,
            f"{ours / part[name]['per_second']:.2f}" if name != "ours" else "",
            f"{part[name]['per_second']:,.0f}",
            f"{part[name]['p50_ms']:.1f}",
            f"{part[name]['p99_ms']:.1f}",
        )
        for name, label in names.items()
    ]
    many, loop = part["many"]["per_second"], part["loop"]["per_second"]
    lines = [
        ("Mingshao intake, NDJSON", "", f"{many:,.0f}"),
        ("the same work in a loop, without HTTP", f"{many / loop:.2f}", f"{loop:,.0f}"),
    ]
    head = ("one by one, 64 connections, acks=all", "ours ÷ this", "requests/s", "p50 ms", "p99 ms")
    return f"## Intake\n\n{_table(head, table)}\n{_table(('500 lines at once', 'ours ÷ this', 'lines/s'), lines)}"


def _freshness(part: dict[str, Any]) -> str:
    names = {"visible": "202 → visible in the stream", "ack": "Kafka's acknowledgement", "transaction": "a transaction"}
    table = [(label, f"{part[f'{name}_p50_ms']:.1f}", f"{part[f'{name}_p99_ms']:.1f}") for name, label in names.items()]
    times = _table((f"{part['rate']} submissions/s", "p50 ms", "p99 ms"), table)
    memory = [(name, f"{idle:.0f}", f"{part['most_mb'][name]:.0f}") for name, idle in part["idle_mb"].items()]
    return f"## Freshness\n\n{times}\n{_table(('memory', 'idle, MB', 'at most meanwhile, MB'), memory)}"


def _growth(part: dict[str, Any]) -> str:
    lines = [
        (row["name"], f"{row['per_second']:,.0f}", f"{row['own_us']:.0f}", f"{row['mongod_us']:.0f}")
        for row in part["metrics"]
    ]
    one = part["notify"]
    lines.append(
        ("notify, the first city", f"{one['per_second']:,.0f}", f"{one['own_us']:.0f}", f"{one['mongod_us']:.0f}")
    )
    told = _table((f"metrics, {part['facts']:,} facts each", "facts/s", "its CPU, µs a fact", "MongoDB's"), lines)
    first, last = part["routing"]
    cases = [
        (
            row["name"],
            f"{row['per_second']:,.0f}",
            f"{row['own_us']:.0f}",
            f"{row['mongod_us']:.0f}",
            f"{row['resident_mb']:.0f} MB",
        )
        for row in (first, last)
    ]
    head = ("routing, submissions", "facts/s", "its CPU, µs a fact", "MongoDB's", "its memory")
    data, index = last["data_bytes"] / last["cases"], last["index_bytes"] / last["cases"]
    kept = f"An open case takes {data:,.0f} bytes in MongoDB before compression, and its index entries {index:,.0f}."
    return f"## Growth\n\n{told}\n{_table(head, cases)}\n{kept}\n"


def _deadlines(part: list[dict[str, Any]]) -> str:
    looks = [
        (
            f"{row['cases']:,} open, {row['name']}",
            f"{row['look_ms']:.1f}",
            f"{row['query_ms']:.1f}",
            f"{row['keys']:,}",
            f"{row['documents']:,}",
        )
        for row in part
    ]
    head = (
        "routing, one look at the clocks",
        "ms",
        "MongoDB's query alone, ms",
        "index entries read",
        "documents read",
    )
    return "## Deadlines\n\n" + _table(head, looks)


def _queries(part: dict[str, Any]) -> str:
    table = [
        (
            row["asks"],
            f"{row['mongodb']['p50_ms'] / row['ours']['p50_ms']:.2f}" if row["mongodb"] else "–",
            f"{row['ours']['p50_ms']:,.0f}",
            f"{row['ours']['p99_ms']:,.0f}",
            f"{row['mongodb']['p50_ms']:,.0f}" if row["mongodb"] else "–",
            f"{row['mongodb']['p99_ms']:,.0f}" if row["mongodb"] else "–",
            f"{row['cpu_ms']['metrics']:,.0f}",
            f"{row['cpu_ms']['mongod']:,.0f}",
            f"{row['documents']:,}",
            f"{row['bytes'] / 1000:,.0f}",
            f"{row['requests']:,}",
        )
        for row in part["asked"]
    ]
    head = (
        "asked over HTTP",
        "MongoDB's own time ÷ ours",
        "p50 ms",
        "p99 ms",
        "MongoDB's p50 ms",
        "its p99 ms",
        "processor, ms: metrics",
        "MongoDB",
        "documents read",
        "kB answered",
        "requests",
    )
    standing = (
        f"In the store: {part['departments']:,} departments, {part['cases']:,} cases of five years and "
        f"{part['facts']:,} facts after them, in {part['sheets']:,} documents of cells."
    )
    page = _page(part["page"]) if part["page"] else "The page was not looked at: there was no browser.\n"
    return f"## Queries\n\n{_table(head, table)}\n{standing}\n\n{page}"


def _page(part: dict[str, Any]) -> str:
    table = [
        (
            row["view"],
            f"{row['first_ms']:,.0f}",
            f"{row['pictures']:.1f}",
            f"{row['frames']:.0f}",
            f"{row['longest_ms']:.0f}",
            f"{row['tasks']:.1f}",
            f"{row['longest_task_ms']:.0f}",
            f"{row['heap_mb']:.0f}",
        )
        for row in part["views"]
    ]
    head = (
        "the page over that store, facts coming in",
        "first figure, ms",
        "pictures/s",
        "frames/s",
        "longest frame, ms",
        "tasks over 50 ms, a second",
        "longest task, ms",
        "heap, MB",
    )
    sent = [
        (kind, f"{told['bytes'] / 1000:,.0f}", f"{told['compressed'] / 1000:,.0f}")
        for kind, told in sorted(part["sizes"].items(), key=lambda one: -one[1]["bytes"])
    ]
    return f"{_table(head, table)}\n{_table(('sent', 'kB', 'kB compressed'), sent)}"


PARTS: dict[str, Callable[[Any], str]] = {
    "metrics": _metrics,
    "routing": _routing,
    "intake": _intake,
    "growth": _growth,
    "deadlines": _deadlines,
    "queries": _queries,
    "freshness": _freshness,
}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
