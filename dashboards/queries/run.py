"""Variables, the run itself, what happened and what was found."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.influxql import chosen, columns_of, equal, field, held, newest, scope, tag, where_of
from simulator.contracts.measurements import EVENT, EXPECTATION, REDUNDANCY, RUN, Measurement


def runs() -> str:
    return f'SHOW TAG VALUES FROM "{RUN.name}" WITH KEY = {tag(RUN, "run")}'


def values_of(of: Measurement, name: str, run: str = "run") -> str:
    """The values of a tag that a run has."""
    return f'SHOW TAG VALUES FROM "{of.name}" WITH KEY = {tag(of, name)} WHERE {chosen(of, "run", run)}'


def all_runs(lang: str) -> str:
    columns = [
        ("seed", "seed"),
        ("scenario", "scenario"),
        (f"title_{held(lang)}", "title"),
        (f"answer_{held(lang)}", "answer"),
    ]
    columns += [("begin_ms", "begin_ms"), ("end_ms", "end_ms")]
    said = columns_of(RUN, columns)
    return f'SELECT LAST({field(RUN, "verdict")}) AS "verdict"{said} FROM "{RUN.name}" GROUP BY "run", "city"'


def about_run(lang: str, run: str = "run") -> str:
    columns = [
        (f"question_{held(lang)}", "question"),
        (f"answer_{held(lang)}", "answer"),
        ("report", "report"),
        ("digest", "digest"),
    ]
    return newest(RUN, "verdict", "verdict", columns, by=("run",), run=run, timed=False)


def verdict(run: str = "run") -> str:
    return newest(RUN, "verdict", "verdict", run=run, timed=False)


def notes(lang: str, kinds: Sequence[str]) -> str:
    """Events as annotations. The column `what` is the text, `tags` are the tags."""
    conditions = where_of([*scope(EVENT), equal(EVENT, "kind", *kinds)])
    said = f'{field(EVENT, f"note_{held(lang)}")} AS "what", {field(EVENT, "tags")} AS "tags"'
    return f'SELECT {said} FROM "{EVENT.name}" WHERE {conditions} ORDER BY time ASC LIMIT 500'


def event_table(lang: str, kinds: Sequence[str]) -> str:
    conditions = where_of([*scope(EVENT), equal(EVENT, "kind", *kinds)])
    lang = held(lang)
    said = f'{field(EVENT, f"title_{lang}")} AS "title", {field(EVENT, f"text_{lang}")} AS "text", "kind", "district"'
    return f'SELECT {said} FROM "{EVENT.name}" WHERE {conditions} ORDER BY time DESC LIMIT 300'


def redundancies(lang: str, run: str = "run") -> str:
    """The begin of a run counts too: what was not needed has no other point than the end."""
    more = [
        ("limit_s", "limit_s"),
        ("needed", "needed"),
        (f"title_{held(lang)}", "title"),
        (f"reason_{held(lang)}", "reason"),
    ]
    by = ("redundancy", "kind")
    return newest(REDUNDANCY, "verdict", "verdict", more, by=by, run=run)


def activations(lang: str, run: str = "run") -> str:
    more = [("limit_s", "limit_s"), ("used_share", "used_share"), (f"title_{held(lang)}", "title")]
    return newest(REDUNDANCY, "activation_s", "activation_s", more, by=("redundancy", "kind"), run=run)


def expectations(lang: str, run: str = "run") -> str:
    more = [(f"title_{held(lang)}", "title"), (f"reason_{held(lang)}", "reason")]
    return newest(EXPECTATION, "verdict", "verdict", more, by=("category", "expectation"), run=run)
