"""What the workbench answers under which address. The guard stands before all of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.problem import BadInput, Problem
from simulator.contracts.words import LANGUAGES, PSEUDO, Said, Words
from stadtwerk.workbench.guard import REPORT, Guard
from stadtwerk.workbench.jobs import CAMPAIGN, PAGE, RESULT, SCENARIO, Jobs
from stadtwerk.workbench.mapdata import town
from stadtwerk.workbench.measures import campaign, measure, offers
from stadtwerk.workbench.page import page, words
from stadtwerk.workbench.things import thing
from stadtwerk.workbench.whatif import Shelf, new, problems, text

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from simulator.contracts.city import City

_ = Words("stadtwerk.workbench")

STATIC = Path(__file__).with_name("static")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
MOST_BYTES = 1_000_000
"""A longer request is not read."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """One town on the bench, its what-ifs and its runs, and the language of who has not chosen another."""

    city: City
    lang: str
    shelf: Shelf
    jobs: Jobs


Handler = Callable[["Request"], Awaitable["Response"]]


def application(bench: Workbench, token: str, port: int) -> Guard:
    """The application behind its guard."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    one = _Answers(bench)
    reading: dict[str, Handler] = {
        "/": one.page,
        "/static/{name}": one.static,
        "/api/town": one.town,
        "/api/offers/{name:path}": one.offers,
        "/api/things/{name:path}": one.thing,
        "/api/new": one.new,
        "/api/files": one.files,
        "/api/files/{sort}/{name}": one.file,
        "/api/runs": one.runs,
        "/api/runs/{job}/scenario": one.scenario,
        "/runs/{job}/report": one.report,
    }
    changing: dict[str, Handler] = {
        "/api/check": one.check,
        "/api/save": one.save,
        "/api/runs": one.run,
        "/api/compare": one.compare,
        "/api/measure": one.measure,
        "/api/campaign": one.campaign,
        "/api/runs/{job}/{action}": one.act,
    }
    routes = [Route(path, _told(handler), methods=["GET"]) for path, handler in reading.items()]
    routes += [Route(path, _told(handler), methods=["POST"]) for path, handler in changing.items()]
    return Guard(Starlette(routes=routes), token, port)


def _told(handler: Handler) -> Handler:
    """With everything that was wrong with a request as its answer."""

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except BadInput as bad:
            lang = request.query_params.get("lang", "")
            return _json({"problems": _problems(bad.problems, lang if lang in (*LANGUAGES, PSEUDO) else "en")}, 422)

    return answer


def _problems(found: list[Problem] | tuple[Problem, ...], lang: str) -> list[dict[str, str]]:
    return [{"field": p.field, "what": p.what.text.of(lang), "fix": p.fix.text.of(lang)} for p in found]


class _Answers:
    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._files = {path.name: path for path in STATIC.iterdir() if path.suffix in TYPES}

    def _lang(self, request: Request) -> str:
        asked = request.query_params.get("lang", "")
        return asked if asked in (*LANGUAGES, PSEUDO) else self._bench.lang

    async def page(self, request: Request) -> Response:
        from starlette.responses import HTMLResponse

        return HTMLResponse(page(self._bench.city, self._lang(request)))

    async def static(self, request: Request) -> Response:
        """A file of ours, by its name among those that there are: no path is ever made of what was asked for."""
        from starlette.responses import Response

        path = self._files.get(request.path_params["name"])
        if path is None:
            return _nothing()
        return Response(path.read_bytes(), media_type=TYPES[path.suffix])

    async def town(self, request: Request) -> Response:
        lang = self._lang(request)
        return _json({**town(self._bench.city, lang), "lang": lang, "words": words(lang)})

    async def thing(self, request: Request) -> Response:
        found = thing(self._bench.city, request.path_params["name"], self._lang(request))
        return _nothing() if found is None else _json(found)

    async def new(self, request: Request) -> Response:
        return _json(new(self._bench.city, self._lang(request)))

    async def files(self, request: Request) -> Response:
        return _json({**self._bench.shelf.names(), "folder": str(self._bench.shelf.folder)})

    async def file(self, request: Request) -> Response:
        given = request.path_params
        return _json(self._bench.shelf.read(given["name"], given["sort"]))

    async def check(self, request: Request) -> Response:
        data = (await _body(request)).get("scenario")
        return _json({"problems": _problems(problems(data, self._bench.city), self._lang(request))})

    async def save(self, request: Request) -> Response:
        body = await _body(request)
        data, name = body.get("scenario"), body.get("name")
        if not isinstance(data, dict) or not isinstance(name, str):
            raise _bad("scenario")
        return _json({"file": self._bench.shelf.save(name, data, body.get("replace") is True)})

    async def runs(self, request: Request) -> Response:
        lang = self._lang(request)
        found = self._bench.jobs.told()
        for one in found:
            result = one.get("result") or {}
            if result.get("answer"):
                result["answer"] = Said(result["answer"]).of(lang)
            for finding in result.get("findings", ()):
                finding |= {key: Said(finding[key]).of(lang) for key in ("title", "reason")}
        return _json({"runs": found})

    async def run(self, request: Request) -> Response:
        """Queue a what-if: the command is the one that anybody could give, on the file in the run's folder."""
        data = (await _body(request)).get("scenario")
        wrong = problems(data, self._bench.city)
        if wrong or not isinstance(data, dict):
            raise BadInput(wrong)
        lang = self._lang(request)
        title = Said(data["title"]).of(lang)
        named = ["--lang", lang, "--mqtt", "off", "--progress", "{job}/progress.json"]
        command = ["run", f"{{job}}/{SCENARIO}", "--out", f"{{job}}/{RESULT}", *named]
        return _json({"id": self._bench.jobs.add("run", title, command, {SCENARIO: text(data)})})

    async def scenario(self, request: Request) -> Response:
        """What was asked in a run, to be asked otherwise."""
        from simulator.contracts.document import load_document

        path = self._bench.jobs.path(request.path_params["job"])
        if path is None or not (path / SCENARIO).is_file():
            return _nothing()
        return _json(load_document(path / SCENARIO).data)

    async def offers(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self._bench.city.components:
            return _nothing()
        return _json({"offers": offers(self._bench.city, name, self._lang(request))})

    async def measure(self, request: Request) -> Response:
        """What somebody would buy, as a campaign's file has it."""
        body = await _body(request)
        thing, offer, size = (body.get(name) for name in ("thing", "offer", "size"))
        if not isinstance(thing, str) or not isinstance(offer, str) or not isinstance(size, int | float):
            raise _bad("measure")
        return _json(measure(self._bench.city, thing, offer, float(size)))

    async def campaign(self, request: Request) -> Response:
        """Queue a what-if in the town of today and with each measure: a campaign of one case."""
        body = await _body(request)
        data, measures = body.get("scenario"), body.get("measures")
        wrong = problems(data, self._bench.city)
        if wrong or not isinstance(data, dict):
            raise BadInput(wrong)
        if not isinstance(measures, list) or not measures or not all(isinstance(one, dict) for one in measures):
            raise _bad("measures")
        lang = self._lang(request)
        files = {SCENARIO: text(data), CAMPAIGN: campaign(data, measures)}
        named = ["--jobs", "1", "--lang", lang, "--progress", "{job}/progress.json"]
        command = ["campaign", f"{{job}}/{CAMPAIGN}", "--out", f"{{job}}/{RESULT}", *named]
        return _json({"id": self._bench.jobs.add("campaign", Said(data["title"]).of(lang), command, files)})

    async def compare(self, request: Request) -> Response:
        """Queue the comparison of two finished runs."""
        body = await _body(request)
        folders = [self._result(body.get(which)) for which in ("first", "second")]
        title = f"{body['first']} / {body['second']}"
        command = ["compare", *map(str, folders), "--out", f"{{job}}/{PAGE}", "--lang", self._lang(request)]
        return _json({"id": self._bench.jobs.add("compare", title, command, of=[body["first"], body["second"]])})

    def _result(self, name: object) -> Path:
        path = self._bench.jobs.path(name) if isinstance(name, str) else None
        if path is None or not (path / RESULT / "run.json").is_file():
            raise _bad("run")
        return path / RESULT

    async def act(self, request: Request) -> Response:
        """Stop, pause, resume, repeat or remove a job."""
        jobs, name = self._bench.jobs, request.path_params["job"]
        actions = {
            "stop": jobs.stop,
            "pause": jobs.pause,
            "resume": jobs.resume,
            "again": jobs.again,
            "remove": jobs.remove,
        }
        action = actions.get(request.path_params["action"])
        await _body(request)
        if action is None or jobs.path(name) is None:
            return _nothing()
        action(name)
        return _json({})

    async def report(self, request: Request) -> Response:
        """The report of a run, under rules of its own: it holds its scripts in itself."""
        from starlette.responses import Response

        path = self._bench.jobs.path(request.path_params["job"])
        for name in (f"{RESULT}/report.html", PAGE) if path is not None else ():
            if path is not None and (path / name).is_file():
                policy = {"content-security-policy": REPORT}
                return Response((path / name).read_bytes(), media_type="text/html", headers=policy)
        return _nothing()


def _bad(field: str) -> BadInput:
    return BadInput(
        [Problem("workbench", 0, field, _("is nothing that can be used here"), _("choose one of the list"))]
    )


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object that was sent. Raises `BadInput`."""
    import orjson

    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    data = b""
    async for part in request.stream():
        data += part
        if len(data) > MOST_BYTES:
            fix = _("write the rest into the file")
            raise BadInput([Problem("workbench", 0, "request", _("is longer than is read here"), fix)])
    try:
        found = orjson.loads(data) if kind == "application/json" else None
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _bad("request")
    return found


def _json(data: Any, status: int = 200) -> Response:
    import orjson
    from starlette.responses import Response

    return Response(orjson.dumps(data), status, media_type="application/json")


def _nothing() -> Response:
    return _json({"problems": []}, 404)
