"""A campaign's report as a page: its sections, what measures would buy, and a chart of how often it gets worse."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence

from resilience.report.pages import Page, Section, Table
from resilience.report.run.drawing import ValueAxis, decimal, element, picture, text
from resilience.report.run.wording import number, quantity
from resilience.study.campaign.content import SHARES, UNTRACED, CampaignContent, Effect, Risk
from resilience.study.campaign.statistics import RESAMPLES
from resilience.study.campaign.words import (
    METHODS,
    amount,
    distribution_words,
    district_words,
    estimate,
    figure_words,
    interval_note,
    measure_words,
    say,
    share,
    target_words,
    varied_words,
)
from resilience.words.terms import fault_words
from simulator.contracts.codes import owner_words
from simulator.contracts.sources import source_text
from simulator.contracts.words import LANGUAGES, READABLE, SHARE, Numeral, Said, Verbatim, Words

_ = Words("resilience")


WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 700, 260, 56, 24, 14, 34
DASHES = ("", "8 4", "2 3", "10 3 2 3", "5 5")
"""How lines are told apart without colour; more than these are not drawn."""


def exceedance_chart(hours: Sequence[tuple[str, Sequence[float]]], lang: str, label: str) -> str:
    """The drawing, empty if nothing was lost in any run. Values are sorted; at most as many lines as `DASHES`."""
    lines = [(name, values) for name, values in hours if values][: len(DASHES)]
    most = max((values[-1] for _, values in lines), default=0.0)
    if most <= 0:
        return ""
    across = ValueAxis.over((most,), 0.0, "person-h", 0.0, 1.0)
    up = ValueAxis(1.0, TOP, HEIGHT - BOTTOM, SHARE)

    def x(value: float) -> float:
        return LEFT + value / across.highest * (WIDTH - LEFT - RIGHT)

    parts = []
    for tick in up.ticks():
        parts.append(element("path", class_="grid", d=f"M{LEFT} {decimal(up.y(tick))}H{WIDTH - RIGHT}"))
        parts.append(text(LEFT - 6, up.y(tick) + 4, up.label(tick, lang), class_="tick", text_anchor="end"))
    for tick in (across.highest * part for part in (0.0, 0.25, 0.5, 0.75, 1.0)):
        decimals = 0 if across.highest >= 4 else 2
        parts.append(text(x(tick), HEIGHT - 12, number(tick, lang, decimals), class_="tick", text_anchor="middle"))
    for (_, values), dash in zip(lines, DASHES, strict=False):
        parts.append(
            element("path", class_="line", d=_path(values, x, up), **({"stroke_dasharray": dash} if dash else {}))
        )
    return picture(WIDTH, HEIGHT, parts, label, "chart")


def key(place: int) -> str:
    """The piece of line that stands for the line at this place in a legend; empty where it was not drawn."""
    if place >= len(DASHES):
        return ""
    dash = {"stroke_dasharray": DASHES[place]} if DASHES[place] else {}
    line = element("path", class_="line", d="M0 7H40", **dash)
    return element("svg", line, class_="chart swatch", viewBox="0 0 40 14", aria_hidden="true")


def _path(values: Sequence[float], x: Callable[[float], float], up: ValueAxis) -> str:
    """Across to each value, then down by the runs that cost no more."""
    parts = [f"M{LEFT} {decimal(up.y(1.0 - bisect_right(values, 0.0) / len(values)))}"]
    for value in dict.fromkeys(value for value in values if value > 0):
        share = 1.0 - bisect_right(values, value) / len(values)
        parts.append(f"H{decimal(x(value))}V{decimal(up.y(share))}")
    parts.append(f"H{WIDTH - RIGHT}")
    return "".join(parts)


def measures_section(content: CampaignContent, lang: str) -> Section:
    title = say("measures", lang)
    if not content.effects:
        return Section("measures", title, (say("no-measures", lang),))
    heads = ("measure", "effect-seen", "before", "after", "difference", "pairs", "holds", "bad-case")
    rows, services, notes = [], [], []
    for measure, effect in content.effects:
        name = measure.title.of(lang)
        if effect is None:
            notes.append(f"{name}: {say('no-pair', lang)}.")
            continue
        hours = effect.hours
        rows.append(
            (
                name,
                say("seen" if hours.difference.beyond_zero else "not-seen", lang),
                estimate(hours.before, lang),
                estimate(hours.after, lang),
                estimate(hours.difference, lang, sign=True),
                f"{number(effect.better, lang)} / {number(effect.worse, lang)}",
                f"{quantity(effect.held_before.value, SHARE, lang)} → {share(effect.held_after, lang)}",
                f"{amount(effect.bad_before.value, lang)} → {estimate(effect.bad_after, lang)}",
            )
        )
        services += [
            (
                name,
                figure_words(change.name).of(lang),
                estimate(change.before, lang),
                estimate(change.after, lang),
                estimate(change.difference, lang, sign=True),
            )
            for change in effect.services
            if (change.difference.low, change.difference.high) != (0.0, 0.0)
        ]
    tables = [Table(tuple(say(head, lang) for head in heads), tuple(rows), names=2)]
    if services:
        by_service = tuple(say(head, lang) for head in ("measure", "figure", "before", "after", "difference"))
        tables.append(Table(by_service, tuple(services), say("by-service", lang), names=2))
    bad = f"{say('bad-case', lang)}: {say('bad-case-note', lang)}."
    return Section(
        "measures",
        title,
        (say("measures-intro", lang), f"{say('method-hours', lang)} {interval_note(lang)}"),
        tables=tuple(tables),
        notes=(*notes, bad[:1].upper() + bad[1:]),
    )


RANKED = 15
"""Faults that are told one by one; what is left is summed up."""


def campaign_page(content: CampaignContent, lang: str = "en") -> Page:
    """The page. Raises `ValueError` for a language that it is not written in."""
    if lang not in READABLE:
        raise ValueError(f"no report in {lang!r}; there is {' and '.join(LANGUAGES)}")
    campaign, city = content.campaign, content.city
    facts = say(
        "facts",
        lang,
        city=Said({"de": city.title_de, "en": city.title_en}).of(lang),
        people=number(city.people, lang),
        cases=number(campaign.runs, lang),
        runs=number(content.runs, lang),
        method=METHODS[campaign.method].of(lang),
        seed=str(campaign.seed),
    )
    lead = (
        (say("question", lang), (campaign.question.of(lang),)),
        (say("answer", lang), campaign_answer(content, lang)),
    )
    sections = [measures_section(content, lang), _spreads(content, lang), _chart(content, lang), _risks(content, lang)]
    sections += [_checks(content, lang), _worst(content, lang), _varied(content, lang)]
    if content.broken_off:
        sections.append(_broken_off(content, lang))
    sections.append(_methods(content, lang))
    return Page(
        lang,
        say("kicker", lang),
        campaign.title.of(lang),
        facts,
        lead,
        tuple(section for section in sections if section is not None),
    )


def campaign_answer(content: CampaignContent, lang: str) -> tuple[str, ...]:
    """How often the town held, and which measure is seen to help most."""
    if content.held is None:
        return (say("nothing", lang),)
    said = [
        say(
            "held",
            lang,
            passed=number(content.passed, lang),
            today=number(content.today, lang),
            held=share(content.held, lang),
            failed=number(content.failed, lang),
            open=number(content.open, lang),
        )
    ]
    helping = [(m, e) for m, e in content.effects if e is not None and _helps(e)]
    if helping:
        measure, effect = helping[0]
        saved = effect.hours.difference
        less = amount(-saved.value, lang)
        ends = f"{amount(-(saved.high or 0.0), lang)} {say('to', lang)} {amount(-(saved.low or 0.0), lang)}"
        said.append(say("best", lang, measure=measure.title.of(lang), hours=f"{less} ({ends})"))
    elif content.effects:
        said.append(say("none-helps", lang))
    return tuple(said)


def _helps(effect: Effect) -> bool:
    return effect.hours.difference.value < 0 and effect.hours.difference.beyond_zero


def _spreads(content: CampaignContent, lang: str) -> Section:
    heads = ("figure", "mean", *(f"share-{share_of}" for share_of in SHARES), "most")
    rows = tuple(
        (
            figure_words(spread.name).of(lang),
            estimate(spread.mean, lang),
            *(estimate(found, lang) for found in spread.percentiles),
            amount(spread.most, lang),
        )
        for spread in content.spreads
    )
    table = Table(tuple(say(head, lang) for head in heads), rows)
    sentences = (say("spreads-intro", lang), interval_note(lang))
    return Section("spreads", say("spreads", lang), sentences, tables=(table,) if rows else ())


def _chart(content: CampaignContent, lang: str) -> Section | None:
    drawing = exceedance_chart(content.hours, lang, say("chart-label", lang))
    if not drawing:
        return None
    lines = [(name, values) for name, values in content.hours if values]
    legend = tuple(
        (key(place), measure_words(name, content.campaign).of(lang))
        for place, (name, _) in enumerate(lines)
        if key(place)
    )
    return Section("chart", say("chart", lang), (say("chart-note", lang),), drawing, legend)


def _risks(content: CampaignContent, lang: str) -> Section:
    told = [risk for risk in content.faults if risk.costly]
    idle = sum(not risk.costly for risk in content.faults)
    shown, left = told[:RANKED], told[RANKED:]
    rows = []
    for risk in shown:
        what = say("untraced", lang)
        if risk.name != UNTRACED:
            what = f"{target_words(risk.name, content.city).of(lang)}: {fault_words(risk.fault).of(lang)}"
        happened = (
            "–"
            if risk.happened is None
            else say("of", lang, n=number(risk.happened, lang), all=number(content.today, lang))
        )
        owner = owner_words(_owner(risk.name, content)).of(lang)
        rows.append(
            (
                what,
                owner,
                happened,
                number(risk.costly, lang),
                estimate(risk.hours, lang),
                quantity(risk.share, SHARE, lang),
            )
        )
    heads = ("source-of-loss", "owner", "happened", "costly", "hours-a-case", "share")
    tables = [
        Table(tuple(say(head, lang) for head in heads), tuple(rows), names=2, bars=tuple(risk.share for risk in shown)),
        _ranking(
            "districts",
            "district",
            content.districts,
            [district_words(r.name, content.city).of(lang) for r in content.districts],
            lang,
        ),
        _ranking("owners", "owner", content.owners, [_owned_by(r.name, lang) for r in content.owners], lang),
    ]
    notes: tuple[str, ...] = ()
    if left:
        hours = amount(sum(risk.hours.value for risk in left), lang)
        notes = (say("more-faults", lang, n=number(len(left), lang), hours=hours),)
    if idle:
        notes = (*notes, say("idle-faults", lang, n=number(idle, lang)))
    return Section(
        "risks",
        say("risks", lang),
        (say("risks-intro", lang), interval_note(lang)),
        tables=tuple(table for table in tables if table.rows),
        notes=notes,
    )


def _owned_by(owner: str, lang: str) -> str:
    return owner_words(owner).of(lang) if owner else say("no-owner", lang)


def _owner(name: str, content: CampaignContent) -> str:
    thing = content.city.components.get(name) or content.city.links.get(name)
    return "" if thing is None else thing.owner


def _ranking(caption: str, head: str, risks: Sequence[Risk], names: Sequence[str], lang: str) -> Table:
    rows = tuple(
        (name, number(risk.costly, lang), estimate(risk.hours, lang), quantity(risk.share, SHARE, lang))
        for name, risk in zip(names, risks, strict=True)
    )
    heads = tuple(say(part, lang) for part in (head, "costly", "hours-a-case", "share"))
    return Table(heads, rows, say(caption, lang), bars=tuple(risk.share for risk in risks))


def _checks(content: CampaignContent, lang: str) -> Section:
    rows = tuple(
        (check.name, number(check.passed, lang), number(check.failed, lang), number(check.open, lang))
        for check in sorted(content.checks, key=lambda check: -check.failed)
    )
    heads = tuple(say(head, lang) for head in ("check", "passed", "failed", "open"))
    return Section("checks", say("checks", lang), tables=(Table(heads, rows),) if rows else ())


def _worst(content: CampaignContent, lang: str) -> Section | None:
    if not content.worst:
        return None
    rows = []
    for run in content.worst:
        drawn = "; ".join(f"{name} = {_value(value, lang)}" for name, value in run.case.values)
        hours = amount(run.figures.service_hours, lang) if run.figures else ""
        rows.append((str(run.case.number), drawn, str(run.case.seed), hours))
    heads = (*(say(head, lang) for head in ("case", "drawn", "seed")), figure_words("service_hours").of(lang))
    replay = f"{content.command} --case {content.worst[0].case.number}"
    return Section("worst", say("worst", lang), tables=(Table(heads, tuple(rows), names=2),), commands=(replay,))


def _value(value: object, lang: str) -> str:
    if isinstance(value, bool):
        return (_("yes") if value else _("no")).of(lang)
    return (Numeral(str(value)) if isinstance(value, float) else Verbatim(str(value))).of(lang)


def _varied(content: CampaignContent, lang: str) -> Section:
    if not content.variations:
        return Section("varied", say("varied", lang), (say("nothing-varied", lang),))
    rows = tuple(
        (v.id, varied_words(v).of(lang), distribution_words(v).of(lang), source_text(v.source).of(lang))
        for v in content.variations
    )
    heads = tuple(say(head, lang) for head in ("id", "what", "distribution", "source"))
    return Section("varied", say("varied", lang), tables=(Table(heads, rows, names=4),))


def _broken_off(content: CampaignContent, lang: str) -> Section:
    rows = tuple(
        (str(run.case.number), measure_words(run.measure, content.campaign).of(lang), run.error)
        for run in content.broken_off[:RANKED]
    )
    heads = tuple(say(head, lang) for head in ("case", "measure", "reason"))
    title = f"{say('broken-off', lang)} ({number(len(content.broken_off), lang)})"
    return Section("broken-off", title, (say("broken-off-note", lang),), tables=(Table(heads, rows, names=3),))


def _methods(content: CampaignContent, lang: str) -> Section:
    sentences = [say("method-percentiles", lang, resamples=number(RESAMPLES, lang)), say("method-sampler", lang)]
    if content.effects:
        sentences.append(say("method-pairs", lang))
    sentences += [say("method-hours", lang), say("method-model", lang)]
    note = f"{say('digest', lang)}: {content.digest}"
    return Section("methods", say("methods", lang), tuple(sentences), notes=(note,), commands=(content.command,))
