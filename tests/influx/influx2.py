"""A stand-in for InfluxDB 2.7: it lets in and refuses whom that does, in its words.

Those were recorded from a real one (`influxdb2` among the handed cases). Behind it an InfluxDB 1 of Debian keeps the
points and answers queries.
"""

from __future__ import annotations

import base64
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import replace

from tests.influx.fake import Answer, Asked, StandIn
from tests.influx.servers import InfluxDB1

JSON = "application/json; charset=utf-8"
ALWAYS = {"X-Influxdb-Build": "OSS", "X-Influxdb-Version": "dev"}
HEALTH = (
    '{"name":"influxdb", "message":"ready for queries and writes", "status":"pass", "checks":[], "version": "dev", '
    '"commit": "none"}\n'
)
_NOT_THERE = re.compile(r"(?i)\s*(CREATE DATABASE|DROP SERIES|DROP DATABASE)\b")
_DELETES = re.compile(r"(?i)\s*(DELETE|DROP MEASUREMENT)\b")
_MISSING = re.compile(rb"=(?=[,\s]|$)")


def wrong(status: int, code: str, message: str) -> Answer:
    body = json.dumps({"code": code, "message": message}, separators=(",", ":")).encode()
    return Answer(status, body, {"Content-Type": JSON, "X-Platform-Error-Code": code})


NOBODY = wrong(401, "unauthorized", "unauthorized access")
UNKNOWN = wrong(401, "unauthorized", "Unauthorized")
MAY_NOT_WRITE = wrong(403, "forbidden", "insufficient permissions for write")


class InfluxDB2(StandIn):
    """`tokens` and `logins` (name and password) say whether they may write beside reading. One organisation, `town`."""

    ORG = "town"

    def __init__(self, backend: InfluxDB1, tokens: Mapping[str, bool], logins: Mapping[tuple[str, str], bool]) -> None:
        super().__init__()
        self._backend, self._tokens, self._logins = backend, dict(tokens), dict(logins)

    def answer(self, asked: Asked) -> Answer:
        given = self._answer(asked.path, asked.query, asked.headers.get("Authorization", ""), asked.body)
        kind = {"Content-Type": "application/json" if asked.path == "/query" else JSON} if given.body else {}
        return replace(given, headers=ALWAYS | kind | given.headers)

    def _answer(self, path: str, query: Mapping[str, str], login: str, body: bytes) -> Answer:
        if path == "/ping":
            return Answer(204)
        if path == "/health":
            return Answer(200, HEALTH.encode())
        may_write = self._who(query, login)
        if isinstance(may_write, Answer):
            return may_write
        if path == "/query":
            form = dict(urllib.parse.parse_qsl(body.decode()))
            return self._query({**query, **form}, all_databases=login.startswith("Token"))
        if path.startswith("/api/v2/") and query.get("bucket") != self._backend.DATABASE:
            return wrong(404, "not found", f'bucket "{query.get("bucket")}" not found')
        if not may_write:
            return MAY_NOT_WRITE
        if path == "/api/v2/delete":
            tag, _, value = json.loads(body)["predicate"].partition("=")
            self._backend.query(f"DROP SERIES WHERE \"{tag}\" = '{json.loads(value)}'")
            return Answer(204)
        assert path in ("/write", "/api/v2/write"), path
        return self._write(query, body)

    def _who(self, query: Mapping[str, str], login: str) -> bool | Answer:
        """Whether one may write, or why one is not let in."""
        kind, _, secret = login.partition(" ")
        if "u" in query:
            kind, secret = "Basic", base64.b64encode(f"{query['u']}:{query.get('p', '')}".encode()).decode()
        if kind == "Token":
            return self._tokens.get(secret, UNKNOWN)
        if kind == "Basic":
            user, _, password = base64.b64decode(secret).decode().partition(":")
            return self._logins.get((user, password), UNKNOWN)
        return NOBODY

    def _write(self, query: Mapping[str, str], body: bytes) -> Answer:
        # One line that cannot be read, and none of the body is taken: otherwise than in version 1.
        for line in body.splitlines():
            if _MISSING.search(line):
                return wrong(400, "invalid", f"unable to parse '{line.decode()}': missing field value")
        status, said = self._pass("/write", {"precision": query.get("precision", "ns")}, body)
        if status == 204:
            return Answer(204)
        message = str(json.loads(said)["error"])
        if "field type conflict" in message:
            return wrong(422, "unprocessable entity", f"failure writing points to database: {message}")
        return wrong(status, "invalid", message)

    def _query(self, asked: Mapping[str, str], all_databases: bool) -> Answer:
        if asked["db"] != self._backend.DATABASE:
            return self._results([_error(f"database not found: {asked['db']}")])
        results, deleted = [], False
        for text in asked["q"].split(";"):
            if found := _NOT_THERE.match(text):
                results.append(_error(f"not implemented: {found[1].upper()}"))
            elif text.strip().upper() == "SHOW DATABASES":
                names = [[self._backend.DATABASE]] + ([["_monitoring"], ["_tasks"]] if all_databases else [])
                results.append(_results_of({"name": "databases", "columns": ["name"], "values": names}))
            else:
                form = {name: value for name, value in asked.items() if name in ("epoch", "chunked", "chunk_size")}
                status, said = self._pass("/query", {}, urllib.parse.urlencode({**form, "q": text}).encode())
                if status == 400:
                    message = str(json.loads(said)["error"]).replace("error parsing query", "failed to parse query")
                    return wrong(400, "invalid", message)
                if _DELETES.match(text):
                    deleted = True
                else:
                    results.append(said.decode().partition('{"results":[')[2].rpartition("]}")[0])
        return Answer(200, b"{}\n") if deleted and not results else self._results(results)

    @staticmethod
    def _results(results: list[str]) -> Answer:
        numbered = [text.replace('"statement_id":0', f'"statement_id":{i}', 1) for i, text in enumerate(results)]
        return Answer(200, ('{"results":[' + ",".join(numbered) + "]}\n").encode())

    def _pass(self, path: str, query: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """To the database behind, as its administrator."""
        where = urllib.parse.urlencode({"db": self._backend.DATABASE, **query})
        request = urllib.request.Request(f"{self._backend.url}{path}?{where}", body, method="POST")
        login = base64.b64encode(":".join(self._backend.ADMIN).encode()).decode()
        request.add_header("Authorization", f"Basic {login}")
        kind = "application/x-www-form-urlencoded" if path == "/query" else "text/plain; charset=utf-8"
        request.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()


def _error(message: str) -> str:
    return json.dumps({"statement_id": 0, "error": message}, separators=(",", ":"))


def _results_of(series: Mapping[str, object]) -> str:
    return json.dumps({"statement_id": 0, "series": [series]}, separators=(",", ":"))
