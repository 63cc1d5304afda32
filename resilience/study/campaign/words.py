"""The words of a campaign's report, each beside its translation, and its figures as a reader writes them."""

from __future__ import annotations

from resilience.report.run.wording import MINUS, number, quantity
from resilience.study.campaign.campaign import TODAY, Campaign, Method, Variation
from resilience.study.campaign.distribution import KINDS
from resilience.study.campaign.statistics import CONFIDENCE, Estimate
from resilience.words.labels import component_words
from resilience.words.phrases import PHRASES
from resilience.words.terms import FAULT_NAMES, SUPPLY_NAMES, words_of
from resilience.words.text import SHARE, Text, both
from simulator.contracts.city import City
from simulator.contracts.duration import exact

TEXTS: dict[str, Text] = {
    "kicker": Text("Stadtwerk · Kampagne", "Stadtwerk · campaign"),
    "question": Text("Die Frage", "The question"),
    "answer": Text("Die Antwort", "The answer"),
    "facts": Text(
        "{city} · {people} Menschen · {cases} Fälle, {runs} Läufe · {method}, Startwert {seed}",
        "{city} · {people} people · {cases} cases, {runs} runs · {method}, seed {seed}",
    ),
    "held": Text(
        "Die Stadt hielt in {passed} von {today} Fällen, das sind {held}. {failed} fielen durch, {open} blieben offen.",
        "The town held in {passed} of {today} cases, that is {held}. {failed} failed, {open} stayed open.",
    ),
    "nothing": Text("Kein Lauf kam zu Ende.", "No run came to an end."),
    "best": Text(
        "Am meisten bringt „{measure}“: im Mittel {hours} Personenstunden weniger je Fall.",
        "Most would be won by “{measure}”: {hours} person-hours less a case, on the average.",
    ),
    "none-helps": Text(
        "Von den Maßnahmen ist keine erkennbar besser als nichts zu tun.",
        "None of the measures is seen to be better than doing nothing.",
    ),
    "interval-note": Text(
        "In Klammern steht, was bei {confidence} Sicherheit zwischen unten und oben liegt.",
        "In brackets: what lies between low and high with a confidence of {confidence}.",
    ),
    "spreads": Text("Was ein Fall kostet", "What a case costs"),
    "spreads-intro": Text(
        "Die Stadt von heute. Jeder zweite, jeder zehnte, jeder zwanzigste Fall ist schlimmer als die Zahl der Spalte.",
        "The town as it is. One case in two, in ten, in twenty is worse than the number in the column.",
    ),
    "figure": Text("Größe", "Figure"),
    "mean": Text("Mittel", "mean"),
    "share-0.5": Text("einer von zwei", "one in two"),
    "share-0.9": Text("einer von zehn", "one in ten"),
    "share-0.95": Text("einer von zwanzig", "one in twenty"),
    "most": Text("schlimmster", "worst"),
    "chart": Text("Wie oft es schlimmer kommt", "How often it gets worse"),
    "chart-label": Text(
        "Anteil der Fälle mit mehr als so vielen Personenstunden; die Tabelle darunter nennt Werte",
        "Share of cases with more than so many person-hours; the table below has values",
    ),
    "chart-note": Text(
        "Waagerecht Personenstunden (über die Dienste summiert), senkrecht der Anteil der Fälle, die mehr kosten.",
        "Across: person-hours (summed over services). Up: the share of cases that cost more.",
    ),
    "measures": Text("Was Maßnahmen bringen", "What measures would buy"),
    "measures-intro": Text(
        "Jede Maßnahme wurde an denselben Fällen geprüft wie die Stadt von heute. Minus heißt: weniger Verlust.",
        "Each measure was tried on the same cases as the town of today. Minus means: less is lost.",
    ),
    "no-measures": Text("Die Kampagne prüft keine Maßnahme.", "The campaign tries no measure."),
    "measure": Text("Maßnahme", "Measure"),
    "before": Text("vorher", "before"),
    "after": Text("nachher", "after"),
    "difference": Text("Unterschied je Fall", "difference a case"),
    "holds": Text("hält", "holds"),
    "pairs": Text("besser / schlechter", "better / worse"),
    "bad-case": Text("einer von zwanzig", "one in twenty"),
    "bad-case-note": Text(
        "Personenstunden, die nur einer von zwanzig Fällen übersteigt",
        "person-hours that only one case in twenty exceeds",
    ),
    "seen": Text("erkennbar", "seen"),
    "not-seen": Text("nicht erkennbar", "not seen"),
    "effect-seen": Text("Wirkung", "effect"),
    "no-pair": Text("kein Fall kam vorher und nachher zu Ende", "no case came to an end both before and after"),
    "by-service": Text("Wo der Unterschied liegt, je Dienst", "Where the difference lies, by service"),
    "risks": Text("Was am meisten kostet", "What costs most"),
    "risks-intro": Text(
        "Personenstunden je Fall, nach der Störung, auf die das Ereignisprotokoll den Beginn jedes Verlusts "
        "zurückführt. Verlängert eine zweite Störung einen Verlust, so zählt er bei der ersten.",
        "Person-hours a case, by the fault that the event log leads the beginning of each loss back to. A loss that a "
        "second fault prolongs counts for the first.",
    ),
    "source-of-loss": Text("Störung", "Fault"),
    "happened": Text("kam vor", "happened"),
    "costly": Text("kostete", "cost something"),
    "hours-a-case": Text("Personenstunden je Fall", "person-hours a case"),
    "share": Text("Anteil", "share"),
    "untraced": Text("auf keine Störung zurückzuführen", "not traced to any fault"),
    "more-faults": Text(
        "Weitere: {n}, zusammen {hours} Personenstunden je Fall", "More: {n}, together {hours} person-hours a case"
    ),
    "idle-faults": Text(
        "Störungen, die vorkamen und nichts kosteten: {n}", "Faults that happened and cost nothing: {n}"
    ),
    "districts": Text("Wo Menschen darunter leiden", "Where people go without"),
    "district": Text("Stadtteil", "District"),
    "whole-town": Text("ganze Stadt", "whole town"),
    "owners": Text("Wem gehört, was ausfällt", "Who owns what breaks"),
    "owner": Text("Eigentümer", "Owner"),
    "no-owner": Text("niemand genannt", "nobody named"),
    "checks": Text("Woran es scheitert", "What it fails at"),
    "check": Text("Prüfung", "Check"),
    "passed": Text("bestanden", "passed"),
    "failed": Text("nicht bestanden", "failed"),
    "open": Text("offen", "open"),
    "worst": Text("Die schlimmsten Fälle", "The worst cases"),
    "case": Text("Fall", "Case"),
    "drawn": Text("gezogen", "drawn"),
    "seed": Text("Startwert", "seed"),
    "varied": Text("Was gezogen wurde", "What was drawn"),
    "what": Text("Was", "What"),
    "distribution": Text("Verteilung", "Distribution"),
    "source": Text("Quelle", "Source"),
    "nothing-varied": Text("Nur der Startwert ist verschieden.", "Only the seed differs."),
    "broken-off": Text("Läufe, die nicht zu Ende kamen", "Runs that did not come to an end"),
    "broken-off-note": Text(
        "Sie fehlen in allen Zahlen oben; ein Paar fehlt ganz, wenn einer seiner Läufe fehlt.",
        "They are in none of the figures above; a pair is left out if one of its runs is.",
    ),
    "reason": Text("Grund", "Reason"),
    "methods": Text("Verfahren und Grenzen", "Methods and limits"),
    "method-percentiles": Text(
        "Perzentile: exakte Binomialintervalle aus Ranggrößen (Hahn und Meeker 1991). Anteile: Clopper und Pearson "
        "(1934). Mittel und Unterschiede: Bootstrap, BCa (Efron 1987), {resamples} Stichproben.",
        "Percentiles: exact binomial intervals from order statistics (Hahn and Meeker 1991). Shares: Clopper and "
        "Pearson (1934). Means and differences: bootstrap, BCa (Efron 1987), {resamples} resamples.",
    ),
    "method-sampler": Text(
        "Alle Intervalle nehmen unabhängige Fälle an. Latin Hypercube und Sobol streuen gleichmäßiger; ihre Intervalle "
        "sind in der Regel weiter als nötig.",
        "All intervals take cases for independent. Latin hypercube and Sobol points are spread more evenly; their "
        "intervals are as a rule wider than they need be.",
    ),
    "method-pairs": Text(
        "Unterschiede sind gepaart: gleicher Fall, gleiche Ziehung, gleicher Startwert. Wer viele Maßnahmen prüft, "
        "findet eher eine, die zufällig gut aussieht; die Intervalle berichtigen das nicht.",
        "Differences are paired: same case, same draw, same seed. Who tries many measures will sooner find one that "
        "looks good by chance; the intervals do not correct for that.",
    ),
    "method-hours": Text(
        "Personenstunden über die Dienste summiert: wem zweierlei fehlt, der zählt zweimal.",
        "Person-hours summed over services: who lacks two things counts twice.",
    ),
    "method-model": Text(
        "Die Verteilungen sind so gut wie ihre Quellen. Das ist eine Simulation, keine Vorhersage, wie oft etwas "
        "geschieht.",
        "The distributions are as good as their sources. This is a simulation, no forecast of how often things happen.",
    ),
    "digest": Text("Prüfsumme", "digest"),
    "unbounded": Text("offen", "open"),
    "of": Text("{n} von {all}", "{n} of {all}"),
    "to": Text("bis", "to"),
}

FIGURES: dict[str, Text] = {
    "service_hours": Text("Personenstunden, über die Dienste summiert", "person-hours summed over services"),
    "person_hours": Text("Personenstunden, jede Person einmal gezählt", "person-hours, each person counted once"),
    "most_people": Text("Betroffene auf dem Höhepunkt", "people affected at the peak"),
}

METHODS: dict[Method, Text] = {
    Method.LATIN_HYPERCUBE: Text("Latin Hypercube", "Latin hypercube"),
    Method.SOBOL: Text("Sobol-Folge", "Sobol sequence"),
    Method.MONTE_CARLO: Text("Monte Carlo", "Monte Carlo"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)


def figure_words(name: str) -> Text:
    """What a figure is called: one of `FIGURES`, or person-hours of a service."""
    if name in FIGURES:
        return FIGURES[name]
    service = PHRASES[name].service
    return Text(f"Personenstunden: {service.de}", f"person-hours: {service.en}")


def amount(value: float, lang: str) -> str:
    """A number of people or person-hours: whole, or with one decimal where it is small."""
    return number(value, lang, 1 if 0 < abs(value) < 10 else 0)


def signed(value: float, lang: str) -> str:
    return ("+" if value > 0 else "") + amount(value, lang)


def estimate(found: Estimate, lang: str, sign: bool = False) -> str:
    """`123 (101 to 150)`, with what is open said so."""
    told = signed if sign else amount
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
    return say("interval-note", lang, confidence=quantity(CONFIDENCE, SHARE, lang))


def target_words(name: str, city: City) -> Text:
    """What broke, as people call it: a component or a link."""
    if name in city.components:
        return component_words(city.components[name])
    link = city.links.get(name)
    if link is None:
        return both(name)
    kind = words_of(SUPPLY_NAMES, link.kind.value)
    ends = [component_words(city.components[end]) for end in (link.source, link.target)]
    return Text(f"{kind.de}: {ends[0].de} → {ends[1].de}", f"{kind.en}: {ends[0].en} → {ends[1].en}")


def fault_words(fault: str) -> Text:
    return words_of(FAULT_NAMES, fault)


def district_words(name: str, city: City) -> Text:
    if name in city.districts:
        return both(city.districts[name].title or name)
    return TEXTS["whole-town"] if name == "city" else both(name)


def measure_words(name: str, campaign: Campaign) -> Text:
    if name == TODAY:
        return Text("heute", "today")
    return next(measure.title for measure in campaign.measures if measure.id == name)


def varied_words(variation: Variation) -> Text:
    """What a variation is about: its title, or else the place it puts its value into."""
    if variation.title is not None:
        return variation.title
    return both(" ".join(part for part in (variation.entry or variation.setting, variation.field) if part))


def distribution_words(variation: Variation) -> Text:
    drawn = variation.distribution
    if drawn.kind == "chance":
        in_all = quantity(drawn.numbers[0], SHARE, "en")
        return Text(
            f"kommt in {quantity(drawn.numbers[0], SHARE, 'de')} der Fälle vor", f"happens in {in_all} of cases"
        )
    if drawn.kind == "choice":
        total = sum(drawn.numbers)
        even = len(set(drawn.numbers)) == 1
        parts = {
            lang: ", ".join(
                f"{choice}" if even else f"{choice} ({quantity(weight / total, SHARE, lang)})"
                for choice, weight in zip(drawn.choices, drawn.numbers, strict=True)
            )
            for lang in ("de", "en")
        }
        return Text(f"eines von: {parts['de']}", f"one of: {parts['en']}")
    names = [_NUMBER_NAMES[name] for name in KINDS[drawn.kind].numbers]
    said = [exact(value) if drawn.timed else f"{value:g}".replace("-", MINUS) for value in drawn.numbers]
    kind = _KIND_NAMES[drawn.kind]
    return Text(
        kind.de
        + ": "
        + ", ".join(f"{n.de} {v}" for n, v in zip(names, (s.replace(".", ",") for s in said), strict=True)),
        kind.en + ": " + ", ".join(f"{n.en} {v}" for n, v in zip(names, said, strict=True)),
    )


_NUMBER_NAMES = {
    "least": Text("mindestens", "least"),
    "mode": Text("am wahrscheinlichsten", "most likely"),
    "most": Text("höchstens", "most"),
    "mean": Text("Mittel", "mean"),
    "sd": Text("Standardabweichung", "standard deviation"),
}
_KIND_NAMES = {
    "uniform": Text("gleichverteilt", "uniform"),
    "loguniform": Text("logarithmisch gleichverteilt", "log-uniform"),
    "triangular": Text("Dreieck", "triangular"),
    "normal": Text("normal, abgeschnitten", "normal, cut off"),
    "exponential": Text("exponentiell, abgeschnitten", "exponential, cut off"),
    "integers": Text("ganze Zahl, gleichverteilt", "whole number, uniform"),
}
