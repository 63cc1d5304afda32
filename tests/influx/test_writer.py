"""What the writer asks of a database, and what it makes of each documented answer."""

from __future__ import annotations

import json
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest

from gateways.brokers.address import UnsafeSecret
from gateways.stores.influx import InfluxSettings, InfluxWriter, Refused, Retry
from gateways.stores.influx.queries import InfluxQuestions
from gateways.stores.influx.writer import FIRST_WAIT_S, ISOLATING_REQUESTS, LAST_WAIT_S, LONGEST_WAIT_S, retry_after_s
from simulator.contracts.problem import BadInput
from simulator.contracts.settings import settings_of
from tests.influx.fake import Answer, Asked, FakeInflux, error
from tests.influx.servers import nobody

TOKEN = "a-token-of-a-test"


def body(count: int) -> bytes:
    return b"".join(b"q,component=c%d,gateway=g value=%d.5,quality=0i 1768406400000\n" % (i, i) for i in range(count))


def writer(fake: FakeInflux, **more: object) -> InfluxWriter:
    return InfluxWriter(fake.url, "stadtwerk", "city", TOKEN, 5.0, **more)


@pytest.mark.parametrize("gzip", [False, True])
def test_lines_go_as_they_are_to_the_bucket_with_token_and_milliseconds(gzip: bool) -> None:
    with FakeInflux() as fake, writer(fake, gzip=gzip) as into:
        into.write(body(3))
        into.flush()
        into.write(b"")
    (asked,) = fake.asked
    assert asked.path == "/api/v2/write"
    assert asked.query == {"org": "stadtwerk", "bucket": "city", "precision": "ms"}
    assert asked.headers["Authorization"] == f"Token {TOKEN}"
    assert asked.headers.get("Content-Encoding") == ("gzip" if gzip else None)
    assert asked.body == body(3)


@pytest.mark.parametrize("gzip", [False, True])
def test_version_1_gets_a_database_and_a_login(gzip: bool) -> None:
    with FakeInflux() as fake:
        into = InfluxWriter(fake.url, "", "city", "", 5.0, api="v1", user="ingest", password="secret", gzip=gzip)
        with into:
            into.write(body(3))
    (asked,) = fake.asked
    assert (asked.path, asked.query) == ("/write", {"db": "city", "precision": "ms"})
    assert asked.headers["Authorization"] == "Basic aW5nZXN0OnNlY3JldA=="
    assert asked.body == body(3)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_database_that_is_busy_or_ill_is_asked_again(status: int) -> None:
    with FakeInflux(lambda asked: error(status, "unavailable", "later")) as fake, writer(fake) as into:
        with pytest.raises(Retry, match=f"{status}: later") as first:
            into.write(body(3))
        with pytest.raises(Retry) as second:
            into.write(body(3))
    assert (first.value.after_s, second.value.after_s) == (FIRST_WAIT_S, 2 * FIRST_WAIT_S)


@pytest.mark.parametrize("status", [429, 503])
def test_the_time_that_the_database_asks_for_is_kept(status: int) -> None:
    answer = error(status, "too many requests", "slow down", Retry_After="17")
    with FakeInflux(lambda asked: answer) as fake, writer(fake) as into, pytest.raises(Retry) as retry:
        into.write(body(3))
    assert retry.value.after_s == 17.0


def test_a_time_to_wait_may_be_a_date_and_is_bounded() -> None:  # RFC 9110, 10.2.3
    now = datetime(2015, 10, 21, 7, 27, 30, tzinfo=UTC)
    assert retry_after_s({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, now) == 30.0
    assert retry_after_s({"Retry-After": "Wed, 21 Oct 2015 07:27:00 GMT"}, now) == 0.0
    assert retry_after_s({"Retry-After": "1e9"}) == LONGEST_WAIT_S
    for none in (None, {}, {"Retry-After": ""}, {"Retry-After": "soon"}, {"Retry-After": "nan"}):
        assert retry_after_s(none) is None


def test_waits_grow_while_nobody_answers_and_begin_anew_after_success() -> None:
    waits = []
    with nobody() as url, InfluxWriter(url, "o", "b", "", 1.0) as into:
        for _ in range(10):
            with pytest.raises(Retry, match="no answer") as retry:
                into.write(body(1))
            waits.append(retry.value.after_s)
    assert waits[:4] == [0.25, 0.5, 1.0, 2.0]
    assert waits[-1] == LAST_WAIT_S
    ill = [True, True, False, True]
    with FakeInflux(lambda asked: error(503, "", "") if ill.pop(0) else None) as fake, writer(fake) as into:
        waits = []
        for _ in range(4):
            try:
                into.write(body(1))
            except Retry as retry_now:
                waits.append(retry_now.after_s)
    assert waits == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, FIRST_WAIT_S]


def test_an_answer_that_is_cut_off_or_no_text_is_no_success() -> None:
    with FakeInflux(lambda asked: Answer(502, b"\xff\xfe")) as fake, writer(fake) as into, pytest.raises(Retry):
        into.write(body(1))
    with (
        FakeInflux(lambda asked: Answer(200, b"", {"Content-Length": "5", "Connection": "close"})) as fake,
        writer(fake) as into,
        pytest.raises(Retry),
    ):
        into.write(body(1))


@pytest.mark.parametrize(
    ("status", "code"), [(401, "unauthorized"), (403, "forbidden"), (404, "not found"), (302, "found")]
)
def test_a_wrong_token_or_bucket_is_not_the_fault_of_the_lines(status: int, code: str) -> None:
    with FakeInflux(lambda asked: error(status, code, f"it is {code}")) as fake, writer(fake) as into:
        with pytest.raises(Refused, match=f"it is {code}") as refused:
            into.write(body(50))
        assert len(fake.asked) == 1
    assert (refused.value.lines, refused.value.lines_at_fault) == (body(50), False)
    assert TOKEN not in str(refused.value)


def test_lines_that_are_refused_are_found_and_the_others_written() -> None:
    """A malformed line makes InfluxDB 2 refuse the whole body with 400."""
    bad = {body(100).splitlines()[i] for i in (17, 18, 93)}

    def answers(asked: Asked) -> Answer | None:
        if bad & set(asked.body.splitlines()):
            return error(400, "invalid", "unable to parse 'q value=': missing field value")
        return None

    with FakeInflux(answers) as fake, writer(fake) as into, pytest.raises(Refused, match="unable to parse") as refused:
        into.write(body(100))
    assert set(refused.value.lines.splitlines()) == bad
    assert refused.value.lines_at_fault
    assert set(fake.taken) | bad == set(body(100).splitlines())
    assert not set(fake.taken) & bad


def test_a_partial_write_leaves_nothing_out_but_the_lines_at_fault() -> None:
    """A field of another type makes InfluxDB 2 drop the point, take the others and answer 422 (400 in InfluxDB 3)."""
    bad = body(40).splitlines()[7]
    fake = FakeInflux()

    def answers(asked: Asked) -> Answer | None:
        lines = asked.body.splitlines()
        if bad not in lines:
            return None
        fake.taken.update(dict.fromkeys(line for line in lines if line != bad))
        return error(
            422, "unprocessable entity", "failure writing points: partial write: field type conflict dropped=1"
        )

    fake.answers = answers
    with fake, writer(fake) as into, pytest.raises(Refused, match="partial write") as refused:
        into.write(body(40))
    assert refused.value.lines == bad + b"\n"
    assert set(fake.taken) == set(body(40).splitlines()) - {bad}


def test_a_body_that_is_too_large_is_sent_in_parts() -> None:
    def answers(asked: Asked) -> Answer | None:
        return error(413, "request too large", "cannot read data") if len(asked.body) > 1000 else None

    with FakeInflux(answers) as fake, writer(fake) as into:
        into.write(body(300))
    assert list(fake.taken) == body(300).splitlines()


def test_a_line_that_is_too_large_alone_is_refused() -> None:
    with (
        FakeInflux(lambda asked: error(413, "request too large", "cannot read data")) as fake,
        writer(fake) as into,
        pytest.raises(Refused) as refused,
    ):
        into.write(body(1))
    assert (refused.value.lines, refused.value.status) == (body(1), 413)


def test_the_search_for_lines_at_fault_ends() -> None:
    with FakeInflux(lambda asked: error(400, "invalid", "no")) as fake, writer(fake) as into:
        with pytest.raises(Refused) as refused:
            into.write(body(2000))
        assert len(fake.asked) <= 2 * ISOLATING_REQUESTS
    assert sorted(refused.value.lines.splitlines()) == sorted(body(2000).splitlines())


def test_a_database_that_fails_during_the_search_gets_all_lines_again() -> None:
    bad = body(64).splitlines()[40]
    calls = 0

    def answers(asked: Asked) -> Answer | None:
        nonlocal calls
        calls += 1
        if calls == 4:
            return error(503, "unavailable", "restarting")
        return error(400, "invalid", "no") if bad in asked.body.splitlines() else None

    with FakeInflux(answers) as fake, writer(fake) as into:
        with pytest.raises(Retry):
            into.write(body(64))
        with pytest.raises(Refused) as refused:
            into.write(body(64))
    assert refused.value.lines == bad + b"\n"
    assert set(fake.taken) == set(body(64).splitlines()) - {bad}


def test_secrets_come_from_files_that_only_their_owner_reads(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text(TOKEN + "\n")
    secret.chmod(0o644)
    with FakeInflux() as fake:
        settings = InfluxSettings(fake.url, "city", "stadtwerk", token_file=secret)
        assert TOKEN not in repr(settings)
        with pytest.raises(UnsafeSecret):
            InfluxWriter.of(settings)
        secret.chmod(0o600)
        with InfluxWriter.of(settings) as into:
            into.write(body(1))
            assert TOKEN not in repr(into)
        assert fake.asked[0].headers["Authorization"] == f"Token {TOKEN}"


def certificate(folder: Path) -> Path:
    """A key and a certificate for 127.0.0.1 that vouches for itself, in one file."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a database of a test")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, plain = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = folder / "database.pem"
    path.write_bytes(key.private_bytes(encoding, plain, serialization.NoEncryption()) + made.public_bytes(encoding))
    return path


def test_over_tls_only_a_database_that_the_authority_vouches_for_gets_lines(tmp_path: Path) -> None:
    pem = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with FakeInflux(tls=context) as fake:
        settings = InfluxSettings(fake.url, "city", ca_file=pem, engine="victoriametrics", timeout_s=5.0)
        with InfluxWriter.of(settings) as into:
            into.write(body(2))
            into.flush()
        assert [asked.body for asked in fake.asked] == [body(2)]
        assert fake.fetched == ["/snapshot/create", "/snapshot/delete?snapshot=20260114-1"]
        for engine in ("influxdb", "victoriametrics"):
            with (
                InfluxWriter.of(InfluxSettings(fake.url, "city", engine=engine, timeout_s=5.0)) as stranger,
                pytest.raises(Retry, match=r"(?i)certificate"),
            ):
                stranger.write(body(1))
        assert len(fake.asked) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "127.0.0.1:8086"},
        {"url": "http://127.0.0.1:port"},
        {"url": "http://192.0.2.1:8086", "token_file": "t"},
        {"bucket": ""},
        {"api": "v3"},
        {"engine": "duckdb"},
        {"timeout_s": 0},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    text = json.dumps({"url": "http://127.0.0.1:1", "bucket": "city", **wrong})
    with pytest.raises(BadInput, match=r"database|is empty|is not a choice|not above|not encrypted") as caught:
        settings_of(text.encode(), InfluxSettings)
    assert [problem.field for problem in caught.value.problems] == [next(iter(wrong))]


@pytest.mark.parametrize("answer", [b"<html>It works!</html>", b"[]", b"{}", b'{"results": []}', b"\xff"])
def test_what_answers_like_no_database_is_told_so(answer: bytes) -> None:
    with FakeInflux(lambda asked: Answer(200, answer)) as fake, pytest.raises(Refused, match="no database"):
        InfluxQuestions(InfluxSettings(fake.url, "city")).series("SHOW MEASUREMENTS")


def test_what_speaks_another_protocol_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(b"SSH-2.0-OpenSSH\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        asked = InfluxQuestions(InfluxSettings(f"http://127.0.0.1:{server.getsockname()[1]}", "city"))
        with pytest.raises(Retry, match="no answer"):
            asked.series("SHOW MEASUREMENTS")
        thread.join(60)
