"""What Grafana does with a query before it goes to InfluxDB, and with what comes back, as far as tests need it.

Written after the documentation of variables and of the data source: `${name:regex}` is the escaped value, several in
parentheses, the custom value of "All" as it is; `$timeFilter` and `$__interval` become the panel's time and interval.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
BUILT = ROOT / "deploy" / "grafana"
_ESCAPED = re.compile(r"[\\^$*+?.()|\[\]{}/]")
_VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}")
_DURATION = re.compile(r"(\d+)([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BUILT_IN = {"__interval", "__interval_ms", "timeFilter", "__url_time_range", "__all_variables"}


def pages(lang: str | None = None) -> list[Path]:
    return sorted((BUILT / "dashboards").glob(f"{lang or '*'}/*.json"))


def load(path: Path) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return data


def panels(board: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """All panels but rows, those in folded rows too."""
    for panel in board["panels"]:
        if panel["type"] == "row":
            yield from panel.get("panels", [])
        else:
            yield panel


def variables_in(text: str) -> set[str]:
    """Names of the variables that a text uses, without those of Grafana itself."""
    found = {match[1] for match in _VARIABLE.finditer(text)} | set(re.findall(r"\$(\w+)", text))
    return {name for name in found if not name.startswith("tag_")} - BUILT_IN - {"col", "measurement"}


@dataclass(frozen=True)
class Dashboard:
    """A dashboard with a time and the values of its variables; None stands for "All"."""

    board: Mapping[str, Any]
    begin_ms: int
    end_ms: int
    values: Mapping[str, str | None]

    def filled(self, query: str, interval: str | None = None) -> str:
        """The query as it goes to the database."""

        def variable(match: re.Match[str]) -> str:
            assert match[2] == "regex", f"{match[0]} is not escaped"
            value = self.values[match[1]]
            if value is not None:
                return _ESCAPED.sub(r"\\\g<0>", value)
            (known,) = [v for v in self.board["templating"]["list"] if v["name"] == match[1]]
            return str(known["allValue"])

        text = _VARIABLE.sub(variable, query)
        text = text.replace("$timeFilter", f"time >= {self.begin_ms}ms and time <= {self.end_ms}ms")
        return text.replace("$__interval", f"{self.interval_s(interval)}s")

    def interval_s(self, least: str | None) -> int:
        """The interval of a panel about 1,000 points wide, rounded up to the next of Grafana's steps."""
        wanted = (self.end_ms - self.begin_ms) / 1000 / 1000
        found = _DURATION.fullmatch(least or "1s")
        assert found
        wanted = max(wanted, int(found[1]) * _SECONDS[found[2]])
        steps = (1, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1200, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
        return next(step for step in steps if step >= wanted)


def seconds(duration: str) -> int:
    """`5m` as 300."""
    found = _DURATION.fullmatch(duration)
    assert found, duration
    return int(found[1]) * _SECONDS[found[2]]


Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Rule:
    """A provisioned alert rule, evaluated as Grafana does: a query, the last value of each series, a threshold."""

    data: Mapping[str, Any]

    @property
    def holds_s(self) -> int:
        return seconds(self.data["for"])

    def query(self, at_ms: int) -> str:
        (node,) = [node for node in self.data["data"] if node["datasourceUid"] != "__expr__"]
        window = node["relativeTimeRange"]
        begin, end = at_ms - 1000 * window["from"], at_ms - 1000 * window["to"]
        return str(node["model"]["query"]).replace("$timeFilter", f"time >= {begin}ms and time <= {end}ms")

    def evaluate(
        self, ask: Callable[[str], list[dict[str, Any]]], at_ms: int, before: Mapping[Labels, bool] | None = None
    ) -> dict[Labels, bool]:
        """Whether the condition holds, for each series; without any series, what no data means stands under ().

        `before` is what the last evaluation came to, which `KeepLast` keeps.
        """
        nodes: dict[str, dict[Labels, Any]] = {}
        for node in self.data["data"]:
            model = node["model"]
            if node["datasourceUid"] != "__expr__":
                series = ask(self.query(at_ms))
                nodes[node["refId"]] = {
                    tuple(sorted(one["tags"].items())): [row[1] for row in one["values"]] for one in series
                }
            elif model["type"] == "reduce":
                assert (model["reducer"], model["settings"]["mode"]) == ("last", "dropNN")
                values = {k: [v for v in found if v is not None] for k, found in nodes[model["expression"]].items()}
                nodes[node["refId"]] = {labels: found[-1] for labels, found in values.items() if found}
            else:
                assert model["type"] == "threshold"
                (condition,) = model["conditions"]
                than, (limit,) = condition["evaluator"]["type"], condition["evaluator"]["params"]
                compare = {"gt": operator.gt, "lt": operator.lt}[than]
                nodes[node["refId"]] = {k: compare(v, limit) for k, v in nodes[model["expression"]].items()}
        found: dict[Labels, bool] = nodes[self.data["condition"]]
        if not found and self.data["noDataState"] == "KeepLast" and before:
            return dict(before)
        return found or {(): self.data["noDataState"] == "Alerting"}

    def fires(self, ask: Callable[[str], list[dict[str, Any]]], times_ms: Sequence[int]) -> dict[Labels, int]:
        """When each series fires first: once the condition has held at every evaluation for as long as is asked."""
        since: dict[Labels, int] = {}
        fired: dict[Labels, int] = {}
        now: dict[Labels, bool] = {}
        for at_ms in times_ms:
            now = self.evaluate(ask, at_ms, now)
            since = {labels: since.get(labels, at_ms) for labels, holds in now.items() if holds}
            for labels, begin in since.items():
                if at_ms - begin >= 1000 * self.holds_s:
                    fired.setdefault(labels, at_ms)
        return fired


def rules() -> dict[str, Rule]:
    """The committed alert rules by uid."""
    import yaml

    content = yaml.safe_load((BUILT / "provisioning" / "alerting" / "stadtwerk.yaml").read_text(encoding="utf-8"))
    return {rule["uid"]: Rule(rule) for group in content["groups"] for rule in group["rules"]}
