"""Nothing is answered without the token, by another name, or to another page; what is answered loads nothing else."""

from __future__ import annotations

import socket

import pytest

from tests.workbench.conftest import Bench

PATHS = ("/", "/api/town", "/api/things/hospital-1", "/static/app.js", "/static/app.css", "/nothing")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookie", ["", "stadtwerk-1=x", "other=1; ;;=", "own"])
def test_without_the_token_nothing_is_answered(bench: Bench, path: str, cookie: str) -> None:
    said = f"stadtwerk-{bench.port}={'x' * len(bench.token)}" if cookie == "own" else cookie
    status, headers, body = bench.ask(path, headers={"Cookie": said})
    assert status == 403 and b"hamlet" not in body.lower() and "set-cookie" not in headers


def test_the_token_becomes_a_cookie_that_no_script_reads(bench: Bench) -> None:
    status, headers, _body = bench.ask(f"/?token={bench.token}&lang=de", headers={"Cookie": ""})
    assert (status, headers["location"]) == (303, "/?lang=de")
    said = headers["set-cookie"]
    assert said.startswith(bench.cookie) and "HttpOnly" in said and "SameSite=Strict" in said
    assert bench.ask(f"/?token={bench.token[:-1]}", headers={"Cookie": ""})[0] == 403
    assert bench.ask(f"/api/town?token={bench.token}", headers={"Cookie": ""})[0] == 403, "only the page takes it"


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "[::1]:8765", "127.0.0.1.evil.example"])
def test_another_name_for_this_machine_is_refused(bench: Bench, host: str) -> None:
    assert bench.ask("/api/town", headers={"Host": host})[0] == 403


@pytest.mark.parametrize("origin", ["", "null", "http://evil.example", "http://127.0.0.1:1", "https://127.0.0.1"])
def test_what_changes_something_comes_from_our_page(bench: Bench, origin: str) -> None:
    assert bench.ask("/api/anything", {}, headers={"Origin": origin})[0] == 403


def test_our_own_page_is_let_through(bench: Bench) -> None:
    assert bench.ask("/api/town")[0] == 200
    assert bench.ask("/api/anything", {})[0] == 404, "past the guard, where nothing of this name is"


def test_pages_of_others_read_nothing(bench: Bench) -> None:
    assert bench.ask("/api/town", headers={"Origin": "http://evil.example"})[0] == 403
    assert bench.ask("/static/app.js", headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert bench.ask("/static/app.js", headers={"Sec-Fetch-Site": "same-site"})[0] == 403, "another port"
    assert "access-control-allow-origin" not in bench.ask("/api/town")[1]


@pytest.mark.parametrize("with_cookie", [False, True])
def test_there_is_no_socket(bench: Bench, with_cookie: bool) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "eA==",
    }
    status, _headers, _body = bench.ask("/api/town", headers={**upgrade, **({} if with_cookie else {"Cookie": ""})})
    assert status in ((200, 400, 403, 404) if with_cookie else (403,)), "never 101"


@pytest.mark.parametrize("path", [*PATHS, "/static/../guard.py", "/static/%2e%2e/guard.py", "/static/..%2fguard.py"])
def test_every_answer_says_what_it_may_load(bench: Bench, path: str) -> None:
    status, headers, body = bench.ask(path)
    assert b"class Guard" not in body and (status == 200) == (path in PATHS[:-1])
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer" and "server" not in headers


def test_it_listens_on_this_machine_only(bench: Bench) -> None:
    for address in {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)}:
        if not str(address).startswith("127."):
            with pytest.raises(OSError):
                socket.create_connection((str(address), bench.port), timeout=2).close()
