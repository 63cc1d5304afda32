"""The words of an audit's page and of its answer, each beside its translation."""

from __future__ import annotations

from resilience.judge.verdict import Value
from resilience.study.audit.audit import Audit
from resilience.study.audit.case import Group
from resilience.words.text import Text, number

GROUPS: dict[Group, Text] = {
    Group.LINK: Text("Verbindungen getrennt", "links cut"),
    Group.COMPONENT: Text("Komponenten ausgefallen", "components failed"),
    Group.LIFELINE: Text("Daseinsvorsorge ohne alles Digitale", "lifelines without anything digital"),
    Group.ACCESS: Text("Zufahrten, wenn jemand hin muss", "ways in, when somebody has to get there"),
    Group.PAIR: Text("zwei auf einmal", "two at once"),
    Group.MAKER: Text("alles von einem Hersteller", "everything of one maker"),
}

VALUES: dict[Value, Text] = {
    Value.PASS: Text("hält", "holds"),
    Value.FAIL: Text("hält nicht", "does not hold"),
    Value.INCONCLUSIVE: Text("offen", "open"),
}

TEXTS: dict[str, Text] = {
    "kicker": Text("Stadtwerk · Prüfung aller Abhängigkeiten", "Stadtwerk · audit of all dependencies"),
    "title": Text("Was passiert, wenn eins davon ausfällt?", "What happens when one of them fails?"),
    "people": Text("Menschen", "people"),
    "question": Text("Die Frage", "The question"),
    "question-text": Text(
        "Bleiben alle Teile der Stadt funktionsfähig, wenn eine Verbindung oder eine wichtige Komponente ausfällt, und "
        "gibt es einen Weg ohne Technik, wenn alles Digitale weg ist?",
        "Does every part of the town go on working when one link or one core component fails, and is there a way "
        "without technology when everything digital is gone?",
    ),
    "answer": Text("Die Antwort", "The answer"),
    "counts": Text("Was geprüft wurde", "What was audited"),
    "group": Text("Gruppe", "group"),
    "cases": Text("Fälle", "cases"),
    "run": Text("durchgerechnet", "simulated"),
    "unasked": Text("niemand fragt danach (bewiesen)", "nobody asks for it (proved)"),
    "failures": Text("Was nicht hält", "What does not hold"),
    "nothing": Text("Nichts.", "Nothing."),
    "subject": Text("was ausfällt", "what fails"),
    "kind": Text("Art", "kind"),
    "owner": Text("zuständig", "owner"),
    "sub-system": Text("am härtesten trifft es", "worst sub-system"),
    "level": Text("Dienst", "service"),
    "depth": Text("schlechtester Wert", "worst value"),
    "owed": Text("geschuldet", "owed"),
    "length": Text("am Stück", "at a stretch"),
    "hours": Text("Personenstunden", "person-hours"),
    "result": Text("Ergebnis", "result"),
    "points": Text("Einzelne Schwachstellen", "Single points of failure"),
    "points-intro": Text(
        "Zweimal gesucht: am Abhängigkeitsgraphen (wer hat alle Zuleitungen einer Art über diese eine Stelle) und "
        "durch Simulation (welcher Dienst fällt unter das Geschuldete). Der Graph kennt keine Zeit, keine Leistung und "
        "keine Rückfallebene; wo beide verschiedener Meinung sind, steht warum.",
        "Looked for twice: in the dependency graph (who has every feed of one kind over this one place) and by "
        "simulation (which service falls below what is owed). The graph knows no time, no capacity and no fallback; "
        "where the two differ, the reason is given.",
    ),
    "both": Text("Graph und Simulation sagen: Schwachstelle", "graph and simulation say: single point of failure"),
    "only-graph": Text("nur der Graph", "the graph only"),
    "only-simulation": Text("nur die Simulation", "the simulation only"),
    "victims": Text("hängt daran", "hangs on it"),
    "why": Text("warum nicht beide", "why not both"),
    "owners": Text("Befunde nach Zuständigkeit", "Findings by owner"),
    "nobody": Text("ohne Angabe", "not stated"),
    "failing": Text("davon halten nicht", "that do not hold"),
    "makers": Text("Abhängigkeit von Herstellern", "Dependency on makers"),
    "maker": Text("Hersteller", "maker"),
    "share": Text("Anteil an allem mit bekanntem Hersteller", "share of all with a known maker"),
    "lost": Text("fällt unter das Geschuldete, wenn alles von ihm ausfällt", "below what is owed if all of it fails"),
    "roads-intro": Text(
        "Eine gesperrte Zufahrt schadet erst, wenn jemand hin muss. Darum wird sie zusammen mit dem Bedarf geprüft "
        "(etwas ist defekt und ein Trupp gerufen, ein Aggregat braucht Kraftstoff, Brunnen und Tankwagen werden "
        "gebraucht) und gegen denselben Bedarf mit offener Straße gehalten.",
        "A blocked way in does harm only when somebody has to get there. So it is tried together with the need "
        "(something is broken and a crew called, a generator needs fuel, wells and tankers are needed) and held "
        "against the same need with the road open.",
    ),
    "unsteady": Text("Nicht zu beurteilende Dienste", "Services that cannot be judged"),
    "unsteady-intro": Text(
        "Sie lagen schon ohne jede Störung unter dem Geschuldeten oder wurden nicht aufgezeichnet.",
        "They were below what is owed without any fault, or were not recorded.",
    ),
    "pairs-spared": Text("Paare, die keine Rechnung brauchten", "Pairs that needed no run"),
    "rule-one": Text("eins davon ist allein schon zu viel", "one of the two is too much already"),
    "rule-unasked": Text("niemand fragt nach dem anderen (bewiesen)", "nobody asks for the other (proved)"),
    "rule-apart": Text("beide haben nichts miteinander zu tun", "the two have nothing to do with each other"),
    "assumptions": Text("Annahmen", "Assumptions"),
    "all": Text("Alle Fälle stehen in audit.csv und audit.json.", "All cases stand in audit.csv and audit.json."),
    "way-to": Text("Zufahrt: ", "way to "),
    "replay": Text(
        "Die schlimmsten Fälle liegen als Szenarien in cases/. Einzeln und mit vollem Bericht läuft einer so:",
        "The worst cases lie in cases/ as scenarios. One by itself, with a full report:",
    ),
    "more": Text("und {} weitere in audit.csv", "and {} more in audit.csv"),
    "and-more": Text("und {} weitere", "and {} more"),
}


def answer(audit: Audit) -> Text:
    """The audit in one or two sentences."""
    failed, total = len(audit.failed), len(audit.outcomes)
    left = sum(outcome.value is Value.INCONCLUSIVE for outcome in audit.outcomes)
    of_all = number(total)
    opened = Text("", "")
    if left:
        opened = Text(f" {number(left).de} Fälle sind offen.", f" {number(left).en} cases are open.")
    if left == 1:
        opened = Text(" Ein Fall ist offen.", " One case is open.")
    unjudged = len(audit.bench.unsteady)
    if unjudged:
        many = Text(f"{number(unjudged).de} Dienste sind", f"{number(unjudged).en} services")
        if unjudged == 1:
            many = Text("Ein Dienst ist", "One service")
        opened += Text(f" {many.de} nicht zu beurteilen.", f" {many.en} cannot be judged.")
    if not failed:
        if audit.value is Value.PASS:
            return Text(
                f"Ja: Die Stadt hält in allen {of_all.de} Fällen.", f"Yes: the town holds in all {of_all.en} cases."
            )
        return Text("Offen: Nichts fiel unter das Geschuldete.", "Open: nothing fell below what is owed.") + opened
    return (
        Text(
            f"Nein: In {number(failed).de} von {of_all.de} Fällen fällt ein Dienst unter das Geschuldete, oder niemand "
            f"kommt hin.",
            f"No: in {number(failed).en} of {of_all.en} cases a service falls below what is owed, or nobody gets "
            f"there.",
        )
        + opened
    )
