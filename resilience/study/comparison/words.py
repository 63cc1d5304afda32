"""The words of a comparison, each beside its translation."""

from __future__ import annotations

from resilience.words.text import Text

TEXTS: dict[str, Text] = {
    "kicker": Text("Stadtwerk · Vergleich", "Stadtwerk · comparison"),
    "title-runs": Text("Zwei Läufe im Vergleich", "Two runs side by side"),
    "title-campaigns": Text("Zwei Kampagnen im Vergleich", "Two campaigns side by side"),
    "verdicts": Text("Urteile", "Verdicts"),
    "same": Text("Beide Läufe sind gleich: dieselbe Prüfsumme.", "Both runs are the same: one digest."),
    "same-campaign": Text(
        "Beide Kampagnen sind gleich: dieselbe Prüfsumme.", "Both campaigns are the same: one digest."
    ),
    "other-question": Text(
        "Achtung: Die beiden stellen verschiedene Fragen ({a}; {b}).",
        "Mind: the two ask different questions ({a}; {b}).",
    ),
    "differences": Text(
        "{changed} von {checks} Prüfungen fallen anders aus, {levels} von {all} Diensten unterscheiden sich.",
        "{changed} of {checks} checks come out differently, {levels} of {all} service levels differ.",
    ),
    "hours": Text(
        "Personenstunden, über die Dienste summiert: {a} gegen {b} ({difference}).",
        "Person-hours summed over services: {a} against {b} ({difference}).",
    ),
    "run": Text("Lauf", "Run"),
    "campaign": Text("Kampagne", "Campaign"),
    "city": Text("Stadt", "Town"),
    "seed": Text("Startwert", "Seed"),
    "digest": Text("Prüfsumme", "Digest"),
    "verdict": Text("Urteil", "Verdict"),
    "answer": Text("Antwort", "Answer"),
    "checks": Text("Prüfungen", "Checks"),
    "checks-changed": Text("Was anders ausfällt", "What comes out differently"),
    "checks-same": Text("Was gleich bleibt", "What stays the same"),
    "check": Text("Prüfung", "Check"),
    "reason-in": Text("Befund in {side}", "finding in {side}"),
    "redundancies": Text("Ersatzwege", "Second ways"),
    "no-redundancies": Text("Keiner der beiden verlangt einen Ersatzweg.", "Neither asks for a second way."),
    "redundancy": Text("Ersatzweg", "Second way"),
    "levels": Text("Dienste", "Service levels"),
    "level": Text("Dienst", "Service level"),
    "owed": Text("geschuldet", "owed"),
    "worst-in": Text("schlechtester, {side}", "worst, {side}"),
    "below-in": Text("darunter, {side}", "below, {side}"),
    "hours-in": Text("Personenstunden, {side}", "person-hours, {side}"),
    "difference": Text("Unterschied (B − A)", "difference (B − A)"),
    "levels-same": Text("Gleich in beiden: {n} weitere.", "The same in both: {n} more."),
    "levels-none": Text("Alle Dienste verlaufen gleich gut.", "All service levels do equally well."),
    "figures": Text("Größen", "Figures"),
    "figure": Text("Größe", "Figure"),
    "service-hours": Text("Personenstunden, über die Dienste summiert", "person-hours summed over services"),
    "person-hours": Text("Personenstunden, jede Person einmal gezählt", "person-hours, each person counted once"),
    "most-people": Text("Betroffene auf dem Höhepunkt", "people affected at the peak"),
    "recovery": Text("bis alles wieder da war", "until everything was back"),
    "not-recovered": Text("nicht erreicht", "not reached"),
    "faults": Text("Störungen, die nur einer von beiden hatte", "Faults that only one of the two had"),
    "fault": Text("Störung", "Fault"),
    "where": Text("wo", "where"),
    "in": Text("in", "in"),
    "not-there": Text("–", "–"),
    "not-needed": Text("nicht gebraucht", "not needed"),
    "pass": Text("bestanden", "pass"),
    "fail": Text("nicht bestanden", "fail"),
    "inconclusive": Text("nicht schlüssig", "inconclusive"),
    "today": Text("heute", "today"),
    "measure": Text("Maßnahme", "Measure"),
    "cases": Text("Fälle", "Cases"),
    "failed": Text("nicht zu Ende", "not finished"),
    "held-in": Text("hielt, {side}", "held, {side}"),
    "mean-in": Text("Personenstunden je Fall, {side}", "person-hours a case, {side}"),
    "bad-in": Text("einer von zwanzig, {side}", "one in twenty, {side}"),
    "outcomes": Text("Wie oft es hielt und was ein Fall kostete", "How often it held, and what a case cost"),
    "paired": Text(
        "Beide haben dieselben Fälle gezogen: Unterschiede sind gepaart ({n} Paare).",
        "Both drew the same cases: differences are paired ({n} pairs).",
    ),
    "unpaired": Text(
        "Die beiden haben verschiedene Fälle gezogen: verglichen werden Mittel unabhängiger Läufe.",
        "The two drew different cases: means of independent runs are compared.",
    ),
    "interval-note": Text(
        "In Klammern 95-%-Intervalle: Anteile nach Clopper und Pearson, Perzentile binomial, Mittel und Unterschiede "
        "Bootstrap (BCa).",
        "In brackets 95 % intervals: shares by Clopper and Pearson, percentiles binomial, means and differences by "
        "bootstrap (BCa).",
    ),
    "services": Text("Je Dienst, die Stadt von heute", "By service, the town of today"),
    "service": Text("Dienst", "Service"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)
