"""The words of a campaign's report, each beside its translation, and its figures as a reader writes them."""

from __future__ import annotations

from resilience.report.run.wording import MINUS, number, quantity
from resilience.study.campaign.campaign import TODAY, Campaign, Method, Variation
from resilience.study.campaign.distribution import KINDS
from resilience.study.campaign.statistics import CONFIDENCE, Estimate
from resilience.words.terms import component_words, link_words
from simulator.contracts.city import City
from simulator.contracts.duration import exact
from simulator.contracts.registry import registry
from simulator.contracts.words import LANGUAGES, NO_TEXT, SHARE, Numeral, Said, Text, Verbatim, Words, joined

_ = Words("resilience")
_c = _.context

TEXTS: dict[str, Text] = {
    "kicker": _("Stadtwerk · campaign"),
    "question": _("The question"),
    "answer": _("The answer"),
    "facts": _("{city} · {people} people · {cases} cases, {runs} runs · {method}, seed {seed}"),
    "held": _("The town held in {passed} of {today} cases, that is {held}. {failed} failed, {open} stayed open."),
    "nothing": _("No run came to an end."),
    "best": _("Most would be won by “{measure}”: {hours} person-hours less a case, on the average."),
    "none-helps": _("None of the measures is seen to be better than doing nothing."),
    "interval-note": _("In brackets: {confidence}% confidence interval."),
    "spreads": _("What a case costs"),
    "spreads-intro": _("The town as it is. One case in two, in ten, in twenty is worse than the number in the column."),
    "figure": _("Figure"),
    "mean": _("mean"),
    "share-0.5": _("median"),
    "share-0.9": _("90th percentile"),
    "share-0.95": _("95th percentile"),
    "most": _("worst"),
    "chart": _("How often it gets worse"),
    "chart-label": _("Share of cases with more than so many person-hours; the table below has values"),
    "chart-note": _("Across: person-hours (summed over services). Up: the share of cases that cost more."),
    "measures": _("What measures would buy"),
    "measures-intro": _("Each measure was tried on the same cases as the town of today. Minus means: less is lost."),
    "no-measures": _("The campaign tries no measure."),
    "measure": _("Measure"),
    "before": _("before"),
    "after": _c("comparison", "after"),
    "difference": _("difference a case"),
    "holds": _("holds"),
    "pairs": _("better / worse"),
    "bad-case": _("95th percentile"),
    "bad-case-note": _("person-hours, 95th percentile of the cases"),
    "seen": _("seen"),
    "not-seen": _("not seen"),
    "effect-seen": _("effect"),
    "no-pair": _("no case came to an end both before and after"),
    "by-service": _("Where the difference lies, by service"),
    "risks": _("What costs most"),
    "risks-intro": _(
        "Person-hours a case, by the fault that the event log leads the beginning of each loss back to. "
        "A loss that a second fault prolongs counts for the first; what several brought about together counts for "
        "each of them, so that shares may add up to more than 100 %."
    ),
    "source-of-loss": _("Fault"),
    "happened": _("happened"),
    "costly": _("cost something"),
    "hours-a-case": _("person-hours a case"),
    "share": _("share"),
    "untraced": _("not traced to any fault"),
    "more-faults": _("More: {n}, together {hours} person-hours a case"),
    "idle-faults": _("Faults that happened and cost nothing: {n}"),
    "districts": _("Where people go without"),
    "district": _("District"),
    "whole-town": _("whole town"),
    "owners": _("Who owns what breaks"),
    "owner": _c("audit", "Owner"),
    "no-owner": _("nobody named"),
    "checks": _("What it fails at"),
    "check": _("Check"),
    "passed": _("passed"),
    "failed": _("failed"),
    "open": _("open"),
    "worst": _("The worst cases"),
    "case": _("Case"),
    "drawn": _("drawn"),
    "seed": _("seed"),
    "varied": _("What was drawn"),
    "what": _("What"),
    "distribution": _("Distribution"),
    "id": _("Id"),
    "source": _("Source"),
    "nothing-varied": _("Only the seed differs."),
    "broken-off": _("Runs that did not come to an end"),
    "broken-off-note": _("They are in none of the figures above; a pair is left out if one of its runs is."),
    "reason": _("Reason"),
    "methods": _("Methods and limits"),
    "method-percentiles": _(
        "Percentiles: exact binomial intervals from order statistics (Hahn and Meeker 1991). Shares: "
        "Clopper and Pearson (1934). Means and differences: bootstrap, BCa (Efron 1987), {resamples} "
        "resamples."
    ),
    "method-sampler": _(
        "All intervals take cases for independent. Latin hypercube and Sobol points are spread more "
        "evenly; their intervals are as a rule wider than they need be."
    ),
    "method-pairs": _(
        "Differences are paired: same case, same draw, same seed. Who tries many measures will sooner "
        "find one that looks good by chance; the intervals do not correct for that."
    ),
    "method-hours": _("Person-hours summed over services: who lacks two things counts twice."),
    "method-model": _(
        "The distributions are as good as their sources. This is a simulation, no forecast of how often things happen."
    ),
    "digest": _("digest"),
    "undetermined": _("cannot be determined"),
    "unbounded": _("open"),
    "of": _("{n} of {all}"),
    "to": _("to"),
}

FIGURES: dict[str, Text] = {
    "service_hours": _("person-hours summed over services"),
    "person_hours": _("person-hours, each person counted once"),
    "most_people": _("people affected at the peak"),
}

METHODS: dict[Method, Text] = {
    Method.LATIN_HYPERCUBE: _("Latin hypercube"),
    Method.SOBOL: _("Sobol sequence"),
    Method.MONTE_CARLO: _("Monte Carlo"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)


def figure_words(name: str) -> Text:
    """What a figure is called: one of `FIGURES`, or person-hours of a service."""
    if name in FIGURES:
        return FIGURES[name]
    service = registry().measures[name].whole
    return _("person-hours: {service}", service=service)


def amount(value: float, lang: str) -> str:
    """A number of people or person-hours: whole, or with one decimal where it is small."""
    return number(value, lang, 1 if 0 < abs(value) < 10 else 0)


def signed(value: float, lang: str) -> str:
    return ("+" if value > 0 else "") + amount(value, lang)


def estimate(found: Estimate, lang: str, sign: bool = False) -> str:
    """`123 (101 to 150)`, with what is open said so."""
    told = signed if sign else amount
    if found.low is None and found.high is None:
        return f"{told(found.value, lang)} ({TEXTS['undetermined'].of(lang)})"
    ends = [TEXTS["unbounded"].of(lang) if end is None else told(end, lang) for end in (found.low, found.high)]
    return f"{told(found.value, lang)} ({ends[0]} {TEXTS['to'].of(lang)} {ends[1]})"


def share(found: Estimate, lang: str) -> str:
    """`61 % (51 to 71 %)`."""
    low, high = (
        quantity(found.low or 0.0, SHARE, lang),
        quantity(1.0 if found.high is None else found.high, SHARE, lang),
    )
    return f"{quantity(found.value, SHARE, lang)} ({low} {TEXTS['to'].of(lang)} {high})"


def interval_note(lang: str) -> str:
    """What the brackets behind figures hold."""
    return say("interval-note", lang, confidence=f"{100 * CONFIDENCE:g}")


def target_words(name: str, city: City) -> Text:
    """What broke, as people call it: a component or a link."""
    if name in city.components:
        return component_words(city.components[name])
    link = city.links.get(name)
    if link is None:
        return Verbatim(name)
    kind = link_words(link.kind.value)
    ends = [component_words(city.components[end]) for end in (link.source, link.target)]
    return _("{kind}: {source} → {target}", kind=kind, source=ends[0], target=ends[1])


def district_words(name: str, city: City) -> Text:
    if name in city.districts:
        return Verbatim(city.districts[name].title or name)
    return TEXTS["whole-town"] if name == "city" else Verbatim(name)


def measure_words(name: str, campaign: Campaign) -> Text:
    if name == TODAY:
        return _("today")
    return next(measure.title for measure in campaign.measures if measure.id == name)


def varied_words(variation: Variation) -> Text:
    """What a variation is about: its title, or else the place it puts its value into."""
    if variation.title is not None:
        return variation.title
    return Verbatim(" ".join(part for part in (variation.entry or variation.setting, variation.field) if part))


def distribution_words(variation: Variation) -> Text:
    drawn = variation.distribution
    if drawn.kind == "chance":
        return _("happens in {share} of cases", share=_share(drawn.numbers[0]))
    if drawn.kind == "choice":
        total = sum(drawn.numbers)
        even = len(set(drawn.numbers)) == 1
        parts: list[Text] = [
            Verbatim(f"{choice}")
            if even
            else joined([Verbatim(f"{choice} ("), _share(weight / total), Verbatim(")")], NO_TEXT)
            for choice, weight in zip(drawn.choices, drawn.numbers, strict=True)
        ]
        return _("one of: {choices}", choices=joined(parts, Verbatim(", ")))
    names = [_NUMBER_NAMES[name] for name in KINDS[drawn.kind].numbers]
    said = [exact(value) if drawn.timed else f"{value:g}".replace("-", MINUS) for value in drawn.numbers]
    parts = [name + Verbatim(" ") + Numeral(value) for name, value in zip(names, said, strict=True)]
    return _KIND_NAMES[drawn.kind] + Verbatim(": ") + joined(parts, Verbatim(", "))


def _share(value: float) -> Text:
    return Said({language: quantity(value, SHARE, language) for language in LANGUAGES})


_NUMBER_NAMES = {
    "least": _("least"),
    "mode": _("most likely"),
    "most": _("most"),
    "mean": _("mean"),
    "sd": _("standard deviation"),
}
_KIND_NAMES = {
    "uniform": _("uniform"),
    "loguniform": _("log-uniform"),
    "triangular": _("triangular"),
    "normal": _("normal, cut off"),
    "exponential": _("exponential, cut off"),
    "integers": _("whole number, uniform"),
}
