"""What the workbench answers under which address. The guard stands before all of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulator.contracts.words import LANGUAGES, PSEUDO
from stadtwerk.workbench.guard import Guard
from stadtwerk.workbench.mapdata import town
from stadtwerk.workbench.page import page, words
from stadtwerk.workbench.things import thing

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from simulator.contracts.city import City

STATIC = Path(__file__).with_name("static")
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Workbench:
    """One town on the bench, and the language of who has not chosen another."""

    city: City
    lang: str


def application(bench: Workbench, token: str, port: int) -> Guard:
    """The application behind its guard."""
    from starlette.applications import Starlette
    from starlette.routing import Route

    one = _Answers(bench)
    routes = [
        Route("/", one.page),
        Route("/static/{name}", one.static),
        Route("/api/town", one.town),
        Route("/api/things/{name:path}", one.thing),
    ]
    return Guard(Starlette(routes=routes), token, port)


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


def _json(data: Any, status: int = 200) -> Response:
    import orjson
    from starlette.responses import Response

    return Response(orjson.dumps(data), status, media_type="application/json")


def _nothing() -> Response:
    return _json({"problems": []}, 404)
