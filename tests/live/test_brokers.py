"""Brokers that a scenario takes away are really gone, and certificates that run out in it are really refused.

One run on embedded brokers and one on a Mosquitto pair with TLS; in both every acknowledged reading is in the store
once and in order."""

from __future__ import annotations

import json
import shutil

import pytest

from stadtwerk.__main__ import main
from tests.ingest.stored import read_rows
from tests.live.support import SCENARIO, Live, read_live, taken_by, write_scenario

GATEWAYS = ("gateway-d1", "gateway-d2")
MOSQUITTO = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
TIMELINE = """\
timeline:
  - {id: preferred, at: 1min, fault: broker-out, target: broker-a, for: 3min}
  - {id: other-host, at: 3min, fault: node-out, target: server-b, for: 2min}
  - {id: gateway-late, at: 6min, fault: certificate-expired, target: gateway-d2, for: 3min}
  - {id: broker-late, at: 7min, fault: certificate-expired, target: broker-a, for: 3min}
  - {id: lossy, at: 10min, fault: link-degraded, target: data-router-d1-gateway-d1, for: 2min,
     parameters: {loss: 0.2, delay_s: 0.2}}
expect:"""


@pytest.fixture(
    scope="module",
    params=[
        "embedded",
        pytest.param("mosquitto", marks=pytest.mark.skipif(MOSQUITTO is None, reason="mosquitto is not installed")),
    ],
)
def live(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Live:
    place = tmp_path_factory.mktemp("brokers")
    quiet, _, _ = SCENARIO.replace("20min", "13min").partition("timeline:")
    _, _, expect = SCENARIO.partition("expect:")
    scenario = write_scenario(place, f"{quiet}{TIMELINE}{expect}")
    arguments = ["live", str(scenario), "--out", str(place / "run"), "--speed", "120", "--gateways", "2"]
    if request.param == "mosquitto":
        assert main(["secrets", "init", "--out", str(place / "secrets"), "--city", "demo"]) == 0
        before = {path: path.read_bytes() for path in (place / "secrets").rglob("*") if path.is_file()}
        arguments += ["--mosquitto", str(place / "secrets")]
    live = read_live(place / "run", main(arguments))
    if request.param == "mosquitto":
        assert before == {path: path.read_bytes() for path in (place / "secrets").rglob("*") if path.is_file()}
    return live


def test_the_real_brokers_die_and_come_back_with_the_citys(live: Live) -> None:
    again = ["live.killed", "live.started-again"]
    late = ["live.certificate-expired", *again, "live.certificate-renewed", *again]
    assert live.told("broker-a") == ["live.started", *again, *late]
    assert live.told("broker-b") == ["live.started", *again], "the server that hosts it was out"
    pids = [e["value"] for e in live.journal if e["subject"] == "broker-a" and e["code"].startswith("live.started")]
    assert len(pids) == len(set(pids)) == 4
    events = [json.loads(line) for line in (live.folder / "events.jsonl").read_text().splitlines()]
    killed = {e["subject"]: e for e in reversed(live.journal) if e["code"] == "live.killed"}
    assert events[killed["broker-a"]["cause"]]["subject"] == "broker-a"
    assert events[killed["broker-b"]["cause"]]["subject"] in ("server-b", "broker-b", "data-server-b-broker-b")


def test_a_gateway_whose_certificate_ran_out_has_to_log_in_anew(live: Live) -> None:
    told = [code for code in live.told("gateway-d2") if "certificate" in code]
    assert told == ["live.certificate-expired", "live.certificate-renewed"]


def test_loss_and_delay_of_a_link_are_those_of_the_city(live: Live) -> None:
    mine = [(e["code"], e.get("value")) for e in live.journal if e["subject"] == "gateway-d1"]
    assert [value for code, value in mine if code == "live.loss"] == [pytest.approx(0.2), 0.0]
    delays = [value for code, value in mine if code in ("live.delay", "live.one-delay")]
    assert delays[0] == pytest.approx(0.2, abs=0.05) and delays[-1] == 0.0


def test_nothing_is_lost_doubled_or_out_of_order(live: Live) -> None:
    taken = taken_by(live.folder, GATEWAYS)
    stored = {(row.gateway, row.sensor, row.time_ms): row.value for row in read_rows(live.folder / "store.sqlite")}
    assert stored == taken
    tally = live.record["tally"]
    assert tally["acknowledged"] == tally["stored"] == tally["rows"] == len(taken) > 700
    assert tally["missing"] == tally["doubled"] == tally["disordered"] == 0
    assert live.record["drained"] and live.record["holds"]
