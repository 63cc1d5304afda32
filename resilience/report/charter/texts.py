"""The words of the charter report in German and English."""

from __future__ import annotations

from resilience.report.charter.status import Status
from resilience.study.outcome import Outcome
from resilience.words.text import Text

STATUS = {
    Status.SHOWN: Text("gezeigt", "shown"),
    Status.WEAKNESS: Text("bekannte Schwäche", "known weakness"),
    Status.FAILED: Text("nicht erfüllt", "not met"),
    Status.NOT_SHOWN: Text("nicht gezeigt", "not shown"),
}
OUTCOME = {
    Outcome.PASS: Text("bestanden", "pass"),
    Outcome.KNOWN: Text("bekannte Schwäche", "known weakness"),
    Outcome.FAIL: Text("nicht bestanden", "fail"),
    Outcome.INCONCLUSIVE: Text("nicht schlüssig", "inconclusive"),
    Outcome.ERROR: Text("Programmfehler", "error"),
}

TEXTS = {
    "kicker": Text("Stadtwerk · Prüfraster zur Smart City Charta", "Stadtwerk · check grid for the Smart City Charter"),
    "heading": Text("Was {city} von der Charta zeigt", "What {city} shows of the charter"),
    "facts": Text(
        "{people} Menschen · {scenarios} Szenarien in {runs} Läufen · {clauses} Abschnitte",
        "{people} people · {scenarios} scenarios in {runs} runs · {clauses} clauses",
    ),
    "answer": Text("Ergebnis", "Result"),
    "sum-known-weakness": Text("{n} mit bekannter Schwäche", "{n} with a known weakness"),
    "sum-failed": Text("{n} nicht erfüllt", "{n} not met"),
    "sum-not-shown": Text("{n} nicht gezeigt", "{n} not shown"),
    "badge-all": Text("alles gezeigt", "all shown"),
    "all-shown": Text(
        "Alle {all} Abschnitte sind gezeigt.",
        "All {all} clauses are shown.",
    ),
    "some-shown": Text(
        "{shown} von {all} Abschnitten sind ohne Einschränkung gezeigt.",
        "{shown} of {all} clauses are shown without reservation.",
    ),
    "card-shown": Text("ohne Einschränkung gezeigt", "shown without reservation"),
    "card-known-weakness": Text("gezeigt, mit bekannter Schwäche", "shown, with a known weakness"),
    "card-failed": Text("nicht erfüllt", "not met"),
    "card-not-shown": Text("nicht gezeigt", "not shown"),
    "note-shown": Text("durch Szenarien oder Prüfungen", "by scenarios or checks"),
    "note-known-weakness": Text("die Stadt kennt sie und nennt den Grund", "the town knows it and says why"),
    "note-failed": Text("eine Erwartung wurde verfehlt", "an expectation was missed"),
    "note-not-shown": Text("niemand hat es schlüssig geprüft", "nobody has examined it conclusively"),
    "contents": Text("Inhalt", "Contents"),
    "grid": Text("Prüfraster", "Check grid"),
    "grid-intro": Text(
        "Eine Zeile je Abschnitt. „Nicht gezeigt“ heißt: Kein Szenario und keine Prüfung hat den Abschnitt schlüssig "
        "untersucht; das ist nie ein Bestehen. Eine bekannte Schwäche ist im Szenario mit ihrem Grund hinterlegt.",
        "One row a clause. “Not shown” means that no scenario and no check has examined the clause conclusively; "
        "that is never a pass. A known weakness is declared in its scenario, with the reason.",
    ),
    "clause": Text("Abschnitt", "Clause"),
    "status": Text("Stand", "Status"),
    "must-show": Text("Was zu zeigen ist", "What has to be shown"),
    "found": Text("Was sich zeigte", "What was found"),
    "details": Text("Die Abschnitte im Einzelnen", "The clauses one by one"),
    "scenario": Text("Szenario", "Scenario"),
    "outcome": Text("Ergebnis", "Outcome"),
    "checked": Text("geprüft", "checked"),
    "target": Text("Soll", "target"),
    "actual": Text("Ist", "actual"),
    "source": Text("Quelle des Sollwerts", "source of the target"),
    "checks": Text("Prüfungen von Daten und Schnittstellen", "Checks of data and interfaces"),
    "no-evidence": Text("Kein Szenario nennt diesen Abschnitt.", "No scenario names this clause."),
    "figures-of": Text("Sollwerte und Istwerte: {title}", "Targets and actual figures: {title}"),
    "more-figures": Text("Sollwerte und Istwerte ({n})", "targets and actual figures ({n})"),
    "owners": Text("Wer zuständig ist", "Who answers for what"),
    "owners-intro": Text(
        "Jeder Befund steht bei der Stelle, der das betroffene Bauteil gehört oder die die Leistung schuldet. Ein "
        "Befund an der Schnittstelle zweier Stellen steht bei beiden.",
        "Each finding stands with whoever owns the component or owes the service that it is about. A finding at the "
        "interface of two owners stands with both.",
    ),
    "owner": Text("Stelle", "Owner"),
    "components": Text("Bauteile", "components"),
    "links": Text("Verbindungen", "links"),
    "levels": Text("geschuldete Leistungen", "services owed"),
    "findings": Text("Befunde", "findings"),
    "no-findings": Text("kein Befund", "no finding"),
    "same-findings": Text("in {n} Szenarien", "in {n} scenarios"),
    "not-shown": Text("Was nicht gezeigt ist", "What is not shown"),
    "nothing-open": Text(
        "Zu jedem Abschnitt gibt es schlüssige Nachweise.", "There is conclusive evidence for every clause."
    ),
    "open-runs": Text("Läufe, die nichts Schlüssiges zeigen", "Runs that show nothing conclusive"),
    "makers": Text("Abhängigkeit von Herstellern", "Dependency on makers"),
    "makers-intro": Text(
        "Anteil jedes Herstellers an den Bauteilen einer Art, soweit der Hersteller bekannt ist. Je größer der Anteil, "
        "desto mehr fällt mit einem Fehler dieses Herstellers zugleich aus.",
        "Each maker's share of the components of a kind, where the maker is known. The larger the share, the more "
        "fails at once by a fault of this maker.",
    ),
    "maker": Text("Hersteller", "Maker"),
    "kind": Text("Art", "Kind"),
    "share": Text("Anteil", "Share"),
    "no-makers": Text("Von keinem Bauteil ist der Hersteller bekannt.", "No component's maker is known."),
    "ages": Text("Alter der Bauteile", "Age of components"),
    "ages-intro": Text(
        "Bauteile jenseits ihrer üblichen Nutzungsdauer im Jahr {year}. Wo kein Baujahr bekannt ist, lässt "
        "sich nichts sagen.",
        "Components past their usual service life in {year}. Where no year is known, nothing can be said.",
    ),
    "count": Text("Anzahl", "number"),
    "past": Text("überaltert", "past their service life"),
    "unknown-age": Text("ohne Baujahr", "without a year"),
    "oldest": Text("ältestes", "oldest"),
    "lifetime": Text("übliche Nutzungsdauer", "usual service life"),
    "years": Text("Jahre", "years"),
    "no-ages": Text("Kein Bauteil nennt ein Baujahr.", "No component names its year."),
    "thresholds": Text("Grenzwerte", "Limits"),
    "thresholds-caption": Text(
        "Grenzwerte, auf denen die Befunde ruhen, und wie sicher sie sind",
        "Limits the findings rest on, and how sure they are",
    ),
    "limit": Text("Grenzwert", "Limit"),
    "value": Text("Wert", "Value"),
    "confidence": Text("Sicherheit", "confidence"),
    "reproduce": Text("Nachrechnen", "How to reproduce"),
    "reproduce-intro": Text(
        "Derselbe Befehl gibt denselben Lauf, Zahl für Zahl. Dieser Bericht entstand mit dem ersten.",
        "The same command gives the same run, figure for figure. This report was made by the first one.",
    ),
    "seed": Text("Startwert", "seed"),
    "footer": Text(
        "Dieser Bericht zeigt Simulationen, keine Messung und keine Zertifizierung. Die Abschnitte sind mit eigenen "
        "Worten wiedergegeben; maßgeblich ist die Smart City Charta (BMUB/BBSR 2017).",
        "This report shows simulations, not measurements, and certifies nothing. The clauses are put in words of our "
        "own; what counts is the Smart City Charter (BMUB/BBSR 2017).",
    ),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text of the report with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)
