"""The words of the page itself. Every one stands beside its translation, so that neither language can lack it."""

from __future__ import annotations

from resilience.words.text import Text

TEXTS: dict[str, Text] = {
    "kicker": Text("Stadtwerk · Bericht zur Ausfallsicherheit", "Stadtwerk · resilience report"),
    "contents": Text("Inhalt", "Contents"),
    "question": Text("Die Frage", "The question"),
    "answer": Text("Die Antwort", "The answer"),
    "pass": Text("bestanden", "pass"),
    "fail": Text("nicht bestanden", "fail"),
    "inconclusive": Text("nicht schlüssig", "inconclusive"),
    "not-needed": Text("nicht gebraucht", "not needed"),
    "verdict": Text("Urteil", "Verdict"),
    "people": Text("Menschen", "people"),
    "seed": Text("Startwert", "seed"),
    "versions": Text("Programmstände", "Versions"),
    "city": Text("Stadt", "town"),
    "clauses": Text(
        "Smart City Charta: wozu dieser Lauf etwas zeigt", "Smart City Charter: what this run is evidence for"
    ),
    "peak-people": Text("Betroffene auf dem Höhepunkt", "people affected at the peak"),
    "peak-note": Text(
        "um {at}; jede Person einmal gezählt, auch wenn ihr mehrere Dienste fehlten",
        "at {at}; each person counted once, even if they lacked several services",
    ),
    "nobody": Text("niemand", "nobody"),
    "person-hours": Text("Personenstunden", "person-hours"),
    "person-hours-short": Text("Ph", "ph"),
    "person-hours-card": Text("Personenstunden, in denen etwas fehlte", "person-hours in which something was lacking"),
    "person-hours-note": Text(
        "von den Diensten, die einem Stadtteil geschuldet sind; gleichzeitige Ausfälle einmal gezählt",
        "of the services owed to districts; losses at the same time counted once",
    ),
    "worst-card": Text(
        "schlechtester Wert des am härtesten getroffenen Dienstes", "worst value of the hardest-hit service"
    ),
    "worst-note": Text("{level}; geschuldet {owed}", "{level}; owed {owed}"),
    "recovery-card": Text("bis alles wieder da war", "until everything was back"),
    "recovery-note": Text("nach Beginn der ersten Störung", "after the first fault began"),
    "not-recovered": Text("nicht erreicht", "not reached"),
    "not-recovered-note": Text("bei Ende des Laufs noch gestört", "not back when the run ended"),
    "nothing-low": Text("nichts fiel aus", "nothing fell"),
    "nothing-low-note": Text("alle Dienste hielten, was geschuldet ist", "every level kept what is owed"),
    "by-service": Text(
        "Personenstunden unter dem Geschuldeten, je Dienst", "Person-hours below what is owed, by service"
    ),
    "levels": Text("Dienste im Zeitverlauf", "Service levels over time"),
    "levels-intro": Text(
        "Jede Kurve zeigt, was ankam. Die gestrichelte Linie ist das Geschuldete; wo die Kurve schlechter ist, ist die "
        "Fläche schraffiert. Graue Streifen mit Buchstaben sind Störungen. Alle Bilder haben dieselbe Zeitachse "
        "(Uhrzeit der Stadt).",
        "Each curve shows what arrived. The dashed line is what is owed; where the curve is worse, the area is "
        "hatched. Grey bands with letters are faults. All drawings share one time axis (the town's clock).",
    ),
    "faults-legend": Text("Störungen in den Bildern", "Faults in the drawings"),
    "no-faults": Text("Dieser Lauf hatte keine Störungen.", "This run had no faults."),
    "whole-town": Text("Die ganze Stadt", "The whole town"),
    "of-levels-low": Text("{low} von {all} unter dem Geschuldeten", "{low} of {all} below what is owed"),
    "all-held": Text("alle {all} hielten", "all {all} held"),
    "more-levels": Text("weitere {n} Verläufe", "{n} more courses"),
    "no-levels": Text("Kein Dienst wurde aufgezeichnet.", "No service level was recorded."),
    "no-data": Text("keine Angabe", "no data"),
    "worst": Text("schlechtester Wert", "worst value"),
    "owed": Text("geschuldet", "owed"),
    "at": Text("um", "at"),
    "low-for": Text("unter dem Geschuldeten", "below what is owed"),
    "always-held": Text("hielt durchgehend", "held throughout"),
    "redundancy-timeline": Text("Ersatzwege im Zeitverlauf", "Second ways over time"),
    "gantt-intro": Text(
        "Wer wann worauf gestützt war. Wechsel, die kürzer sind als ein Bildpunkt, sind als Strich gezeichnet.",
        "Who leaned on what, and when. Changes shorter than a pixel are drawn as a thin line.",
    ),
    "gantt-label": Text(
        "Zeitleiste der Betriebsweisen; die Tabelle nennt jeden Wechsel",
        "Timeline of modes; the table lists each change",
    ),
    "mode-best": Text("wie vorgesehen", "first choice"),
    "mode-second": Text("erster Ersatz", "first fallback"),
    "mode-third": Text("weiterer Ersatz", "further fallback"),
    "mode-nothing": Text("nichts mehr", "nothing left"),
    "no-timelines": Text("Kein Ersatzweg wurde gebraucht.", "No second way was needed."),
    "unchanged": Text("Unverändert blieben", "Unchanged throughout"),
    "more-timelines": Text("weitere {n} Zeitleisten", "{n} more timelines"),
    "mode-changes": Text("Alle Wechsel als Tabelle ({n})", "All changes as a table ({n})"),
    "from": Text("von", "from"),
    "to": Text("bis", "to"),
    "mode": Text("Betriebsweise", "mode"),
    "duration": Text("Dauer", "duration"),
    "component": Text("Einrichtung", "facility"),
    "map": Text("Karte", "Map"),
    "map-intro": Text(
        "Stadtteile nach Personenstunden unter dem Geschuldeten (Ph, über die Dienste summiert), Einrichtungen nach "
        "Art. Norden ist oben.",
        "Districts by person-hours below what is owed (ph, summed over services), facilities by kind. North is up.",
    ),
    "map-label": Text(
        "Karte der Stadt: Stadtteile nach Personenstunden, Einrichtungen mit Ausfällen; "
        "die Werte stehen in der Tabelle der Stadtteile",
        "Map of the town: districts by person-hours, facilities with failures; the table of districts has the values",
    ),
    "no-map": Text("Die Stadt hat keine Orte für eine Karte.", "The town has no places for a map."),
    "map-unnamed": Text(
        "{n} Namen fanden auf der Karte keinen Platz; die Tabelle nennt alle Stadtteile.",
        "{n} names found no room on the map; the table has all districts.",
    ),
    "legend": Text("Legende", "Legend"),
    "none-hours": Text("keine", "none"),
    "up-to": Text("bis", "up to"),
    "failed-for": Text("außer Betrieb für", "out of work for"),
    "failed": Text("zeitweise außer Betrieb", "out of work at some time"),
    "worked": Text("durchgehend in Betrieb", "worked throughout"),
    "target-actual": Text("Soll und Ist", "Target and actual"),
    "target-caption": Text(
        "Was erwartet war, was herauskam, und woher der Grenzwert stammt",
        "What was expected, what came out, and where each limit comes from",
    ),
    "check": Text("Prüfung", "Check"),
    "target": Text("Soll", "Target"),
    "actual": Text("Ist", "Actual"),
    "result": Text("Ergebnis", "Result"),
    "source": Text("Quelle", "Source"),
    "confidence": Text("Sicherheit", "Confidence"),
    "no-checks": Text("Nichts wurde geprüft.", "Nothing was checked."),
    "affected": Text("Wer betroffen war", "Who was affected"),
    "services-caption": Text("Je Dienst, ganze Stadt", "By service, whole town"),
    "districts-caption": Text(
        "Je Stadtteil: Personenstunden unter dem Geschuldeten, Stadtteile mit den meisten zuerst",
        "By district: person-hours below what is owed, most first",
    ),
    "service": Text("Dienst", "Service"),
    "district": Text("Stadtteil", "District"),
    "peak-people-column": Text("Betroffene, höchstens", "people at the peak"),
    "peak-at": Text("zuerst um", "first at"),
    "sum": Text("Summe der Dienste", "Sum of services"),
    "dash-note": Text(
        "Ein Strich: dem Stadtteil nicht eigens geschuldet.", "A dash: not owed to that district by itself."
    ),
    "no-districts": Text("Die Stadt hat keine Stadtteile.", "The town has no districts."),
    "cascade": Text("Was wozu führte", "What led to what"),
    "cascade-intro": Text(
        "Ursachen der größten Verluste, aus dem Ereignisprotokoll. Eingerückt steht, was aus der Zeile darüber folgte; "
        "„nach“ ist die Zeit seit der Ursache.",
        "Causes of the greatest losses, from the event log. What is indented followed from the line above it; “after” "
        "is the time since its cause.",
    ),
    "no-cascade": Text("Nichts ging verloren.", "Nothing was lost."),
    "after": Text("nach", "after"),
    "alike": Text("und gleichzeitig {n} weitere dieser Art", "and {n} more like it at the same time"),
    "via": Text("über", "via"),
    "redundancies": Text("Ersatzwege", "Second ways"),
    "redundancies-caption": Text(
        "Was das Szenario von jedem Ersatzweg verlangt", "What the scenario asks of each second way"
    ),
    "no-redundancies": Text("Das Szenario verlangt keinen Ersatzweg.", "The scenario asks for no second way."),
    "kind": Text("Art", "Kind"),
    "primary": Text("zuerst", "first choice"),
    "standby": Text("Ersatz", "second way"),
    "executed": Text("Verlangt und ausgeführt", "Asked for and executed"),
    "executed-caption": Text(
        "Jede Störung: verlangte und wirkliche Zeiten, und ob sie nachweislich wirkte",
        "Each fault: times asked for and real, and whether it was seen to take effect",
    ),
    "fault": Text("Störung", "Fault"),
    "where": Text("wo", "where"),
    "asked": Text("verlangt", "asked for"),
    "really": Text("ausgeführt", "executed"),
    "evidence": Text("Wirkung gesehen", "effect seen"),
    "not-asked": Text("nicht verlangt", "not asked for"),
    "never": Text("nie", "never"),
    "to-the-end": Text("Ende", "end"),
    "as-soon-as": Text("sobald", "as soon as"),
    "on-repair": Text("Reparatur", "repair"),
    "metrics": Text("Kennzahlen", "Metrics"),
    "metrics-intro": Text(
        "Über den ganzen Lauf, ab der Stunde null. Sie gelten für dieses eine Ereignis und sind keine Jahreswerte.",
        "Over the whole run, from hour zero. They are of this one event and not figures of a year.",
    ),
    "no-metrics": Text("Zu diesem Lauf gibt es keine Kennzahlen.", "There are no metrics of this run."),
    "metric": Text("Kennzahl", "metric"),
    "metric-of": Text("wovon", "of what"),
    "metric-value": Text("Wert", "value"),
    "metric-source": Text("Quelle", "source"),
    "telemetry": Text("Telemetrie", "Telemetry"),
    "no-telemetry": Text("Dieser Lauf hatte keine Telemetrie.", "This run had no telemetry."),
    "sensors": Text("Sensoren", "sensors"),
    "cohorts": Text("Gruppen gleicher Sensoren", "cohorts of like sensors"),
    "readings": Text("Messwerte", "readings"),
    "delivered": Text("im Rechenzentrum angekommen", "arrived at the data centre"),
    "late": Text("davon verspätet", "of these late"),
    "lost": Text("verloren", "lost"),
    "held": Text("bei Ende noch im Gateway", "still with a gateway at the end"),
    "assumptions": Text("Annahmen und Grenzwerte", "Assumptions and limits"),
    "thresholds-caption": Text(
        "Grenzwerte dieses Laufs und wie sicher sie sind", "Limits used in this run, and how sure they are"
    ),
    "assumptions-caption": Text("Annahmen, die das Modell machen musste", "What the model had to assume"),
    "more-assumptions": Text("alle {n} Annahmen", "all {n} assumptions"),
    "no-assumptions": Text("Es wurde nichts angenommen.", "Nothing was assumed."),
    "limit": Text("Grenzwert", "Limit"),
    "value": Text("Wert", "Value"),
    "about": Text("worüber", "about"),
    "assumed": Text("angenommen", "assumed"),
    "basis": Text("Grundlage", "basis"),
    "reproduce": Text("Nachrechnen", "How to reproduce"),
    "reproduce-intro": Text(
        "Derselbe Befehl mit demselben Startwert gibt dasselbe Ergebnis, Zahl für Zahl.",
        "The same command with the same seed gives the same result, figure for figure.",
    ),
    "digest": Text("Prüfsumme des Laufs", "digest of the run"),
    "footer": Text(
        "Diese Seite lädt nichts nach und zeigt eine Simulation, keine Messung. Was das Modell nicht enthält, kann sie "
        "nicht zeigen; die Einfallskraft der Menschen vor Ort ist nicht simuliert.",
        "This page loads nothing and shows a simulation, not a measurement. It cannot show what the model does not "
        "hold; the resourcefulness of people on the spot is not simulated.",
    ),
    "layers": Text("Was die Karte zeigt", "What the map shows"),
    "play-at": Text("Die Stadt um", "The town at"),
    "whole-run": Text("ganzer Lauf", "the whole run"),
    "choose-place": Text("Einen Ort wählen, hier oder auf der Karte", "Choose a place, here or on the map"),
    "nothing-out": Text("Alles arbeitet.", "Everything works."),
    "places-out": Text("gezeigte Orte ausgefallen", "places shown are out"),
    "levels-low": Text("Dienste unter dem Geschuldeten", "services below what is owed"),
    "out-times": Text("ausgefallen", "out"),
    "compare": Text("Mit einem anderen Lauf vergleichen", "Compare with another run"),
    "compare-intro": Text(
        "Wählen Sie den Bericht (report.html) eines anderen Laufs. Er bleibt auf diesem Gerät; nichts wird gesendet.",
        "Choose the report (report.html) of another run. It stays on this device; nothing is sent.",
    ),
    "compare-file": Text("Bericht des anderen Laufs", "Report of the other run"),
    "compared": Text("Verglichen mit", "Compared with"),
    "other-town": Text("eine andere Stadt", "another town"),
    "of-town": Text("Stadt", "town"),
    "this-run": Text("dieser Lauf", "this run"),
    "that-run": Text("der andere", "the other"),
    "recovery": Text("bis alles wieder da war", "until everything was back"),
    "not-reached": Text("nicht erreicht", "not reached"),
    "not-there": Text("kommt nicht vor", "not there"),
    "low-for-column": Text("unter dem Geschuldeten", "below what is owed"),
    "cannot-compare": Text(
        "Diese Datei ist kein Bericht, den diese Seite lesen kann.", "This file is no report that this page can read."
    ),
    "owner": Text("zuständig", "owner"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text of the page with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)
