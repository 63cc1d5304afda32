"""A what-if is an ordinary scenario file: checked, saved under safe names, and run by anybody with the same digest."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from simulator.contracts.document import load_document
from stadtwerk.__main__ import main
from tests.workbench.conftest import Bench

HOSTILE = "<img src=x onerror=alert(1)>'\";--{{7*7}} ..\\..\\ \u202e\x00"


def what_if(bench: Bench, **changed: Any) -> dict[str, Any]:
    """One that breaks the main pump of the hamlet for an hour, and is short."""
    made: dict[str, Any] = bench.json("/api/new?lang=en")
    made["run"] |= {"warmup": "10min", "duration": "2h"}
    made["timeline"] = [{"id": "pump", "at": "15min", "fault": "pump-out", "target": "pump-u", "for": "1h"}]
    return made | changed


def finished(bench: Bench, name: str, within_s: float = 240) -> dict[str, Any]:
    """A run once it has come to its end."""
    end = time.monotonic() + within_s
    while time.monotonic() < end:
        (job,) = [one for one in bench.json("/api/runs?lang=en")["runs"] if one["id"] == name]
        if job["state"] not in ("waiting", "at-work"):
            return dict(job)
        time.sleep(0.3)
    raise AssertionError(f"run {name} came to no end: {job}")


def test_a_new_one_is_whole_and_what_is_wrong_is_told(bench: Bench) -> None:
    assert bench.json("/api/check", {"scenario": bench.json("/api/new")}) == {"problems": []}
    assert bench.json("/api/check", {"scenario": what_if(bench)}) == {"problems": []}
    wrong = what_if(bench, timeline=[{"id": "x", "at": "soon", "fault": "pump-out", "target": "pump-x"}])
    told = bench.json("/api/check?lang=de", {"scenario": wrong})["problems"]
    assert {one["field"] for one in told} == {"timeline[0].at", "timeline[0].target"}
    status, _headers, body = bench.ask("/api/runs", {"scenario": wrong})
    assert status == 422 and len(json.loads(body)["problems"]) == 2, "and it is not run"


def test_the_saved_file_gives_the_same_digest_on_the_command_line(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = what_if(bench, id="pump-out")
    saved = bench.json("/api/save", {"scenario": data, "name": "Pumpe fällt aus", "replace": False})["file"]
    assert saved == "pumpe-faellt-aus.yaml"
    job = finished(bench, bench.json("/api/runs", {"scenario": data})["id"])
    assert job["state"] == "done", job
    file = bench.folder / "what-ifs" / saved
    assert load_document(file).data == data
    monkeypatch.chdir(tmp_path)
    code = main(["run", str(file), "--mqtt", "off", "--out", "again"])
    again = json.loads((tmp_path / "again" / "run.json").read_text())
    assert job["result"]["digest"] == again["digest"]
    assert {"pass": 0, "fail": 1, "inconclusive": 2}[job["result"]["verdict"]] == code
    assert bench.json("/api/files")["own"] == ["pumpe-faellt-aus"]
    assert bench.json("/api/files/own/pumpe-faellt-aus") == data
    status, headers, report = bench.ask(f"/runs/{job['id']}/report")
    assert status == 200 and b"<html" in report
    assert headers["content-security-policy"].startswith("sandbox allow-scripts"), "it reaches nothing of the workbench"
    assert "same-origin" not in headers["content-security-policy"].partition(";")[0]


@pytest.mark.parametrize("name", ["", "..", "../x", "/etc/passwd", "###", "\u202e", ".hidden", "a/../../b"])
def test_no_name_leads_out_of_the_folder(bench: Bench, name: str) -> None:
    before = set(bench.folder.parent.rglob("*.yaml"))
    status, _headers, body = bench.ask("/api/save", {"scenario": what_if(bench), "name": name})
    made = set(bench.folder.parent.rglob("*.yaml")) - before
    if status == 200:  # what is left of a path is a name
        assert {path.parent for path in made} <= {bench.folder / "what-ifs"}
        for path in made:
            path.unlink()
    else:
        assert status == 422 and not made and json.loads(body)["problems"]


@pytest.mark.parametrize("asked", ["own/..%2f..%2fcity", "own/%2e%2e", "own/link", "shipped/..%2fpyproject", "x/demo"])
def test_no_file_from_elsewhere_is_opened(bench: Bench, small_town: Path, asked: str) -> None:
    folder = bench.folder / "what-ifs"
    folder.mkdir(exist_ok=True)
    link = folder / "link.yaml"
    link.unlink(missing_ok=True)
    link.symlink_to(small_town / "city.yaml")
    status, _headers, body = bench.ask(f"/api/files/{asked}")
    link.unlink()
    assert status in (404, 422) and b"hamlet" not in body


@pytest.mark.parametrize(
    "content",
    [
        "schema: stadtwerk/city/1\n",
        "[1, 2]\n",
        "&a [*a]\n",
        "a: &a [1,1]\nb: &b [*a,*a]\nc: &c [*b,*b]\n",
        "!!python/object/apply:os.system [true]\n",
        "x: \x01\n",
    ],
)
def test_files_that_are_no_scenario_are_refused_in_words(bench: Bench, content: str) -> None:
    file = bench.folder / "what-ifs" / "strange.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(content, encoding="utf-8")
    status, _headers, body = bench.ask("/api/files/own/strange")
    file.unlink()
    assert status == 422 and json.loads(body)["problems"]


def test_a_file_is_only_replaced_on_request(bench: Bench) -> None:
    data = what_if(bench)
    bench.json("/api/save", {"scenario": data, "name": "kept"})
    assert bench.ask("/api/save", {"scenario": data | {"id": "other"}, "name": "kept"})[0] == 422
    assert bench.json("/api/files/own/kept")["id"] == data["id"]
    bench.json("/api/save", {"scenario": data | {"id": "other"}, "name": "kept", "replace": True})
    assert bench.json("/api/files/own/kept")["id"] == "other"
    (bench.folder / "what-ifs" / "kept.yaml").unlink()


def test_what_is_for_another_town_is_told(bench: Bench) -> None:
    told = bench.json("/api/check", {"scenario": what_if(bench, city={"name": "demo"})})["problems"]
    assert any("--city demo" in one["fix"] for one in told)


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"scenario": 1}', b"\xff", b'{"a":' * 5000])
def test_requests_that_are_none_are_refused(bench: Bench, body: bytes) -> None:
    for path in ("/api/runs", "/api/save", "/api/compare"):
        status, _headers, said = bench.ask(path, method="POST", raw=body)
        assert status == 422 and json.loads(said)["problems"]
    assert bench.ask("/api/runs", {"scenario": what_if(bench)}, headers={"Content-Type": "text/plain"})[0] == 422


def test_a_request_has_its_limits(bench: Bench) -> None:
    assert bench.ask("/api/check", {"scenario": what_if(bench), "more": "x" * 2_000_000})[0] == 422


def test_hostile_words_stay_words(bench: Bench) -> None:
    data = what_if(bench, title={"en": HOSTILE.replace("\x00", "")})
    assert bench.json("/api/check", {"scenario": data})["problems"] == []
    bench.json("/api/save", {"scenario": data, "name": HOSTILE, "replace": True})
    assert bench.ask("/")[2].count(b"onerror") == 0
