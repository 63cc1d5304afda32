"""InfluxDB 2: its stand-in answers as the real one did, row by row; and a run is replaced by token and by login."""

from __future__ import annotations

import base64
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateways.stores.influx import InfluxSettings, InfluxWriter, Refused
from gateways.stores.influx.queries import InfluxQuestions
from stadtwerk.influx.live import LiveLines
from stadtwerk.influx.places import RunIdentity
from tests.influx.fake import Answer, FakeInflux
from tests.influx.influx2 import InfluxDB2
from tests.influx.servers import INFLUXD, InfluxDB1
from tests.support.towns import town as city

RECORDED = (
    Path(os.environ.get("STADTWERK_CASES", Path(__file__).parents[3] / "shared" / "cases"))
    / "influxdb2"
    / "answers.json"
)

ALL, READ = "all-access-token", "read-token"
READER, WRITER = ("reader", "reader-pass-1"), ("writer", "writer-pass-1")
HEADERS = {
    "none": None,
    "token-all": f"Token {ALL}",
    "token-read": f"Token {READ}",
    "token-userpass": f"Token {':'.join(WRITER)}",
    "basic-writer": "Basic " + base64.b64encode(":".join(WRITER).encode()).decode(),
    "basic-reader": "Basic " + base64.b64encode(":".join(READER).encode()).decode(),
    "basic-wrong": "Basic " + base64.b64encode(b"writer:wrong").decode(),
    "bearer-all": f"Bearer {ALL}",
}


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InfluxDB2]:
    if INFLUXD is None:
        pytest.skip("influxd is not installed (Debian package influxdb)")
    with InfluxDB1(tmp_path_factory.mktemp("influx2")) as backend:
        backend.set_up()
        with InfluxDB2(backend, {ALL: True, READ: False}, {READER: False, WRITER: True}) as server:
            yield server


def ask(server: InfluxDB2, request: dict[str, str]) -> tuple[int, dict[str, str], str]:
    made = urllib.request.Request(server.url + request["path"], request.get("body", "").encode() or None)
    made.method = request["method"]
    if (login := HEADERS[request["auth"]]) is not None:
        made.add_header("Authorization", login)
    try:
        with urllib.request.urlopen(made, timeout=20) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def said(body: str) -> Any:
    """What an answer says; in which order it has points of one instant is chance."""
    try:
        found = json.loads(body)
    except ValueError:
        return body
    for result in found.get("results", ()):
        for series in result.get("series", ()):
            series["values"].sort(key=json.dumps)
    return found


@pytest.mark.skipif(
    not RECORDED.is_file(),
    reason="the recorded answers are not here; set STADTWERK_CASES to the folder that holds them",
)
def test_every_recorded_answer_is_given_again(town: InfluxDB2) -> None:
    rows = json.loads(RECORDED.read_text(encoding="utf-8"))["answers"]
    assert len(rows) > 40
    differs = []
    for row in rows:
        status, headers, body = ask(town, row["request"])
        there = {name: headers.get(name) for name in row["headers"]}
        if (status, there, said(body)) != (row["status"], row["headers"], said(row["body"])):
            differs.append((row["name"], status, there, body, row["body"]))
    assert not differs, differs


def settings(server: InfluxDB2, folder: Path, by: str) -> InfluxSettings:
    """Who one is: a token, or a login of the InfluxQL interface as compose gives it."""
    secret = folder / by
    secret.touch(0o600)
    if by == "token":
        secret.write_text(ALL)
        return InfluxSettings(server.url, InfluxDB1.DATABASE, InfluxDB2.ORG, token_file=secret)
    secret.write_text(WRITER[1])
    return InfluxSettings(server.url, InfluxDB1.DATABASE, user=WRITER[0], password_file=secret, api="v1")


@pytest.mark.parametrize("by", ["token", "login"])
def test_a_run_is_forgotten_by_token_and_by_login(town: InfluxDB2, tmp_path: Path, by: str) -> None:
    given = settings(town, tmp_path, by)
    questions = InfluxQuestions(given)
    with InfluxWriter.of(given) as writer:
        writer.write(b"affected,run=one people=1i 1768402800000\naffected,run=two people=2i 1768402800000\n")
    questions.forget("run", "one")
    (left,) = questions.series('SELECT "people" FROM "affected" GROUP BY "run"')
    assert left["tags"] == {"run": "two"}
    # A live run asks the same before it begins.
    run = RunIdentity("two", city([], []), None, 1, 0, 1, 0)  # type: ignore[arg-type]
    LiveLines(given, run, None).replace()
    assert questions.series('SELECT "people" FROM "affected"') == []


@pytest.mark.parametrize("text", ["SELECT value FROM levels", "DROP SERIES", "SHOW MEASUREMENTS"])
def test_an_empty_object_is_no_answer_to_a_question(tmp_path: Path, text: str) -> None:
    """Only what deletes is answered so; and nothing is deleted before the database has said what it holds."""
    with FakeInflux(lambda asked: Answer(200, b"{}\n")) as anything:
        questions = InfluxQuestions(InfluxSettings(anything.url, "city", api="v1"))
        with pytest.raises(Refused, match="no database that knows InfluxQL"):
            questions.series(text)
        with pytest.raises(Refused, match="no database that knows InfluxQL"):
            questions.forget("run", "one")
