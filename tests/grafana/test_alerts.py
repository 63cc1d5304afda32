"""Alert rules: each fires on a run that gives it reason to, none on a normal day, and silence means what it should."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from simulator.contracts.ticks import to_ticks
from tests.grafana.conftest import Pushed, silenced
from tests.grafana.grafana import BUILT, load, pages, panels, rules, seconds
from tests.grafana.test_push import ZERO_MS
from tests.grafana.test_queries import NOT_IN_V2, ticks_of

MINUTE = 60_000
RULES = rules()


DRILLED = {"stadtwerk-brokers-silent"}
"""What no run without real brokers gives reason to; it has a test of its own."""


@pytest.mark.parametrize("uid", [uid for uid in RULES if uid not in DRILLED])
def test_a_rule_fires_on_a_run_that_gives_it_reason_to(pushed: Pushed, uid: str) -> None:
    rule = RULES[uid]
    times = range(ZERO_MS - 15 * MINUTE, ZERO_MS + 180 * MINUTE, MINUTE)
    fired = [at for labels, at in rule.fires(pushed.server.query, times).items() if dict(labels).get("run") == "rich"]
    assert fired
    # Nothing breaks before 15 minutes, and no rule may be faster than it says.
    assert min(fired) >= ZERO_MS + 15 * MINUTE + 1000 * rule.holds_s


def test_what_fires_names_what_is_wrong(pushed: Pushed) -> None:
    times = range(ZERO_MS, ZERO_MS + 180 * MINUTE, MINUTE)

    def named(uid: str, label: str) -> set[str]:
        fired = RULES[uid].fires(pushed.server.query, times)
        return {dict(labels)[label] for labels in fired if dict(labels).get("run") == "rich"}

    assert "gateway-d3" in named("stadtwerk-telemetry-silent", "gateway") <= silenced(pushed.rich)
    assert "hospital-1" in named("stadtwerk-hospital-last-source", "component")
    assert named("stadtwerk-rescue-no-fallback", "component") == {"rescue-dispatch-1"}
    assert named("stadtwerk-water-below", "measure") == {"water-supply", "litres-per-person"}


@pytest.mark.parametrize("uid", RULES)
def test_no_rule_fires_on_a_normal_day(pushed: Pushed, quiet: dict[str, Any], uid: str) -> None:
    rule = RULES[uid]
    zero = ticks_of(quiet)
    begin, end = zero + to_ticks(quiet["begin_s"]), zero + to_ticks(quiet["end_s"])
    for at in range(begin + 10 * MINUTE, end, 30 * MINUTE):
        now = rule.evaluate(pushed.server.query, at)
        assert now
        assert not any(now.values()), (at, now)
        assert all(dict(labels)["run"] == "quiet" for labels in now)
    # And no single point of the whole day would make it true either.
    than = rule.data["data"][2]["model"]["conditions"][0]["evaluator"]
    worst = "MAX(" if than["type"] == "gt" else "MIN("
    whole = rule.data["data"][0]["model"]["query"].replace("LAST(", worst)
    whole = whole.replace("$timeFilter", f"time >= {begin}ms and time <= {end}ms")
    values = [row[1] for series in pushed.server.query(whole) for row in series["values"]]
    assert values
    if than["type"] == "gt":
        assert max(values) <= than["params"][0]
    else:
        assert min(values) >= than["params"][0]


def test_nobody_is_called_while_no_run_is_on(pushed: Pushed) -> None:
    long_ago = ZERO_MS - 365 * 24 * 60 * MINUTE
    assert {uid: rule.evaluate(pushed.server.query, long_ago) for uid, rule in RULES.items()} == {
        uid: {(): False} for uid in RULES
    }


def test_what_stops_before_the_end_of_a_run_resolves_no_alarm_and_the_end_does(pushed: Pushed) -> None:
    """A rule about the town keeps what it said while nothing is written; a run that is over says so."""
    rule = RULES["stadtwerk-power-below"]
    where = "affected,city=demo,measure=power-supply,run=cut"
    with pushed.writer() as writer:
        begin = ZERO_MS + 30 * 24 * 60 * MINUTE
        writer.write(b"%b now=40000i %d\n" % (where.encode(), begin))
        now = rule.evaluate(pushed.server.query, begin + MINUTE)
        assert list(now.values()) == [True]
        later = rule.evaluate(pushed.server.query, begin + 60 * MINUTE, now)
        assert list(later.values()) == [True], "the database has nothing any more"
        writer.write(b"%b now=-1i %d\n" % (where.encode(), begin + 61 * MINUTE))
        assert list(rule.evaluate(pushed.server.query, begin + 62 * MINUTE, later).values()) == [False]
    pushed.server.query("DROP SERIES WHERE \"run\" = 'cut'")


def test_both_brokers_gone_is_an_alarm_and_one_is_not(pushed: Pushed) -> None:
    rule = RULES["stadtwerk-brokers-silent"]
    begin = ZERO_MS + 30 * 24 * 60 * MINUTE
    with pushed.writer() as writer:
        for minute in range(30):
            up = (int(minute < 5), int(minute < 10 or minute > 20))
            for broker, there in zip("ab", up, strict=True):
                at = begin + minute * MINUTE
                writer.write(f"broker,broker=broker-{broker},city=demo,run=drill up={there}i {at}\n".encode())
        times = [begin + minute * MINUTE for minute in range(30)]
        states = [any(rule.evaluate(pushed.server.query, at).values()) for at in times]
        assert states == [10 <= minute <= 20 for minute in range(30)]
        (at,) = rule.fires(pushed.server.query, times).values()
        assert at == begin + 12 * MINUTE
    pushed.server.query("DROP SERIES WHERE \"run\" = 'drill'")


def test_rules_are_in_the_form_of_a_provisioning_file() -> None:
    content = yaml.safe_load((BUILT / "provisioning" / "alerting" / "stadtwerk.yaml").read_text(encoding="utf-8"))
    assert content["apiVersion"] == 1
    (group,) = content["groups"]
    assert set(group) == {"orgId", "name", "folder", "interval", "rules"}
    assert seconds(group["interval"]) % 10 == 0, "Grafana evaluates in steps of ten seconds"
    boards = {load(path)["uid"]: load(path) for path in pages()}
    assert len({rule["uid"] for rule in group["rules"]}) == len(group["rules"]) == 8
    for rule in group["rules"]:
        assert len(rule["uid"]) <= 40
        assert len(rule["title"]) <= 190
        assert rule["noDataState"] in ("NoData", "OK", "Alerting", "KeepLast")
        assert rule["execErrState"] in ("OK", "Error", "Alerting", "KeepLast")
        assert seconds(rule["for"]) % seconds(group["interval"]) == 0
        refs = [node["refId"] for node in rule["data"]]
        assert rule["condition"] == refs[-1]
        for place, node in enumerate(rule["data"]):
            assert node["model"]["refId"] == node["refId"]
            assert node["relativeTimeRange"]["from"] > node["relativeTimeRange"]["to"] == 0
            assert node["model"]["datasource"]["uid"] == node["datasourceUid"]
            assert node["model"].get("expression", refs[0]) in [*refs[:place], refs[0]]
            if place == 0:
                assert node["datasourceUid"] == "stadtwerk-influx"
                assert "$timeFilter" in node["model"]["query"]
                assert not any(word in node["model"]["query"] for word in NOT_IN_V2)
        shown = [panel["id"] for panel in panels(boards[rule["dashboardUid"]])]
        assert rule["panelId"] in shown


def test_texts_for_people_say_what_to_do_in_both_languages() -> None:
    for rule in RULES.values():
        notes = rule.data["annotations"]
        assert set(notes) == {"summary", "runbook_de", "runbook_en", "limit_de", "limit_en"}
        assert " / " in notes["summary"]
        assert all(len(re.findall(r"\b\d\. ", notes[f"runbook_{lang}"])) >= 4 for lang in ("de", "en"))
        grouped = set(re.findall(r'"(\w+)"', rule.data["data"][0]["model"]["query"].partition("GROUP BY")[2]))
        used = re.findall(r"\{\{ \$(labels|values)\.(\w+)", json.dumps(rule.data["annotations"]))
        assert used
        assert {name for kind, name in used if kind == "labels"} <= grouped
        assert {name for kind, name in used if kind == "values"} <= {"B"}
        # Grafana replaces variables of the environment in these; a dollar sign would be lost.
        assert "$" not in json.dumps([rule.data["labels"], rule.data["title"], rule.data["uid"]])
        assert "${" not in json.dumps(rule.data["annotations"])
