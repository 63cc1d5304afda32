"""What measures would buy: each before beside after, as a section of the report."""

from __future__ import annotations

from resilience.report.pages import Section, Table
from resilience.report.run.wording import number, quantity
from resilience.study.campaign.content import CampaignContent
from resilience.study.campaign.words import amount, estimate, figure_words, interval_note, say, share
from simulator.contracts.words import SHARE


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
