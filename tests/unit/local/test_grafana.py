"""The dashboard for Grafana asks for what the services expose, and for nothing else."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import yaml
from prometheus_client import CollectorRegistry

from deploy.local import ports
from deploy.local.places import ROOT
from services.metrics.alerts import Summary
from services.metrics.api.alarm import Alarm
from services.metrics.domain.rates import CATALOGUE
from services.metrics.domain.watermark import Watermark
from services.metrics.stream.alerts import AlertWatch
from services.metrics.stream.control import Control
from services.runtime.health import Health
from services.runtime.http.streams import OpenStreams
from services.runtime.http.watched import HttpInstruments
from services.runtime.instruments import Instruments, Refusals

FOLDER = ROOT / "deploy" / "grafana"
DASHBOARD = json.loads((FOLDER / "mingshao.json").read_text(encoding="utf-8"))


def exposed() -> set[str]:
    """Every series' name, as Prometheus would store it."""
    health = Health("metrics", "metrics-1")

    async def totals() -> dict[str, tuple[float, float]]:
        return {}

    def counted() -> Watermark:
        return Watermark(asked_at=datetime.now(UTC), counted_up_to=None)

    async def check(now: datetime) -> bool:
        return True

    async def summary() -> Summary:
        return Summary(standing={}, broken=0, judged_at=None)

    Instruments(health.registry)
    HttpInstruments(health.registry)
    OpenStreams(health.registry)
    Refusals(health.registry)
    Control(health.registry, totals, AlertWatch(health.registry, frozenset, counted, check, summary))
    Alarm(health.registry)
    return set(_names(health.registry))


def _names(registry: CollectorRegistry) -> Iterator[str]:
    endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count"), "gauge": ("",)}
    for family in registry.collect():
        yield from (family.name + ending for ending in endings[family.type])


def expressions() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def test_every_query_asks_for_what_is_exposed() -> None:
    asked = {name for expression in expressions() for name in re.findall(r"mingshao_\w+", expression)}
    assert asked <= exposed(), sorted(asked - exposed())
    # all that docs/operations.md calls worth an alarm is on it
    told = set(re.findall(r"`(mingshao_\w+)", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")))
    assert told - asked <= {"mingshao_routing", "mingshao_notify", "mingshao_metrics", "mingshao_evidence"}


WIRED = {"mingshao_figures_behind_seconds"}
"""Made where metrics is put together."""


def test_every_alarm_asks_for_what_is_exposed_and_all_that_is_worth_one_has_one() -> None:
    groups = yaml.safe_load((FOLDER / "alarms.yml").read_text(encoding="utf-8"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}, rule
        assert re.fullmatch(r"[A-Z][A-Za-z]+", rule["alert"])
        assert re.fullmatch(r"\d+[smh]", rule.get("for", "0s"))
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"].keys() == {"summary", "description"}
        assert all(rule["expr"].count(left) == rule["expr"].count(right) for left, right in ("()", "[]", "{}"))
    asked = {name for rule in rules for name in re.findall(r"mingshao_\w+", rule["expr"])}
    assert asked <= exposed() | WIRED, sorted(asked - exposed())
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    worth = guide[guide.index("Worth an alarm") : guide.index("What stands is `mingshao_alerts_standing`")]
    assert set(re.findall(r"`(?:time\(\) - )?(mingshao_\w+)", worth)) <= asked
    told = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    assert told["rule_files"] == ["alarms.yml"]


def test_the_rates_shown_are_of_the_catalogue() -> None:
    shown = {rate for expression in expressions() for rate in re.findall(r'rate="(\w+)"', expression)}
    assert {"handled", "satisfied"} <= shown <= {row.id for row in CATALOGUE.values() if row.bases[0] != "flow"}


def test_panels_have_numbers_of_their_own_and_do_not_lie_on_each_other() -> None:
    panels: list[dict[str, Any]] = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        ground = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not ground & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= ground


def test_prometheus_is_told_of_every_service() -> None:
    told = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    jobs = {job["job_name"]: job["static_configs"][0]["targets"] for job in told["scrape_configs"]}
    assert jobs == {name: [f"127.0.0.1:{ports.service_port(ports.DEFAULT_BASE, name, 1)}"] for name in ports.SERVICES}
