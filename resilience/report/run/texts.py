"""The words of the page itself. Every one stands beside its translation, so that neither language can lack it."""

from __future__ import annotations

from simulator.contracts.words import Text, Words

_ = Words("resilience")
_c = _.context

TEXTS: dict[str, Text] = {
    "kicker": _("Stadtwerk · resilience report"),
    "contents": _("Contents"),
    "question": _("The question"),
    "answer": _("The answer"),
    "pass": _("pass"),
    "fail": _("fail"),
    "inconclusive": _("inconclusive"),
    "not-needed": _("not needed"),
    "verdict": _("Verdict"),
    "people": _("people"),
    "seed": _("seed"),
    "versions": _("Versions"),
    "city": _("town"),
    "clauses": _("Smart City Charter: what this run is evidence for"),
    "peak-people": _("people affected at the peak"),
    "peak-note": _("at {at}; each person counted once, even if they lacked several services"),
    "nobody": _("nobody"),
    "person-hours": _("person-hours"),
    "person-hours-short": _("ph"),
    "person-hours-card": _("person-hours in which something was lacking"),
    "person-hours-note": _("of the services required for districts; losses at the same time counted once"),
    "worst-card": _("worst value of the hardest-hit service"),
    "worst-note": _("{level}; {owed} required"),
    "recovery-card": _("until everything was back"),
    "recovery-note": _("after the first fault began"),
    "not-recovered": _("not reached"),
    "not-recovered-note": _("not back when the run ended"),
    "nothing-low": _("nothing fell"),
    "nothing-low-note": _("every service kept its required level"),
    "by-service": _("Person-hours below the required level, by service"),
    "levels": _("Service levels over time"),
    "levels-intro": _(
        "Each curve shows what arrived. The dashed line is the required level; where the curve is worse, "
        "the area is hatched. Grey bands with letters are faults. All drawings share one time axis (the "
        "town's clock)."
    ),
    "faults-legend": _("Faults in the drawings"),
    "scattered": _("at different times"),
    "no-faults": _("This run had no faults."),
    "whole-town": _("The whole town"),
    "of-levels-low": _("{low} of {all} below the required level"),
    "all-held": _("all {all} held"),
    "more-levels": _("{n} more curves"),
    "only-levels": _("{n} curves"),
    "no-levels": _("No service level was recorded."),
    "no-data": _("no data"),
    "worst": _("worst value"),
    "owed": _("required"),
    "at": _("at"),
    "low-for": _("below the required level"),
    "always-held": _("kept throughout"),
    "redundancy-timeline": _("Fallbacks over time"),
    "gantt-intro": _("Who leaned on what, and when. Changes shorter than a pixel are drawn as a thin line."),
    "gantt-label": _("Timeline of modes; the table lists each change"),
    "mode-best": _("first choice"),
    "mode-second": _("first fallback"),
    "mode-third": _("further fallback"),
    "mode-nothing": _("nothing left"),
    "no-timelines": _("No fallback was needed."),
    "unchanged": _("Unchanged throughout"),
    "more-timelines": _("{n} more timelines"),
    "mode-changes": _("All changes as a table ({n})"),
    "from": _("from"),
    "to": _("to"),
    "mode": _("mode"),
    "duration": _("duration"),
    "component": _("facility"),
    "map": _("Map"),
    "map-intro": _(
        "Districts by person-hours below the required level (ph, summed over services), facilities by "
        "kind. North is up."
    ),
    "map-label": _(
        "Map of the town: districts by person-hours, facilities with failures; the table of districts has the values"
    ),
    "no-map": _("The town has no places for a map."),
    "map-unnamed": _("{n} names found no room on the map; the table has all districts."),
    "legend": _("Legend"),
    "none-hours": _("none"),
    "up-to": _("up to"),
    "failed-for": _("out of work for"),
    "failed": _("out of work at some time"),
    "worked": _("worked throughout"),
    "target-actual": _("Target and actual"),
    "target-caption": _("What was expected, what came out, and where each limit comes from"),
    "check": _("Check"),
    "target": _("Target"),
    "actual": _("Actual"),
    "result": _("Result"),
    "source": _("Source"),
    "confidence": _("Confidence"),
    "no-checks": _("Nothing was checked."),
    "affected": _("Who was affected"),
    "services-caption": _("By service, whole town"),
    "districts-caption": _("By district: person-hours below the required level, most first"),
    "service": _("Service"),
    "district": _("District"),
    "peak-people-column": _("people at the peak"),
    "peak-at": _("so many first at"),
    "sum": _("Sum of services"),
    "dash-note": _("A dash: not required for that district by itself."),
    "no-districts": _("The town has no districts."),
    "cascade": _("Cause and effect"),
    "cascade-intro": _(
        "Causes of the greatest losses, from the event log. What is indented followed from the line "
        "above it; “after” is the time since its cause."
    ),
    "no-cascade": _("Nothing was lost."),
    "returns": _("After each switching step"),
    "returns-caption": _("What still lacks supply after each switching step or repair that brought something back"),
    "step": _("Step"),
    "when": _("Time"),
    "still-lacks": _("still below the required level"),
    "nothing-lacks": _("nothing"),
    "why": _("What would have kept it"),
    "why-intro": _(
        "The run again without each fault, and with each lack cured that it shows; of each cure as little as is enough."
    ),
    "why-not-asked": _("Nobody has asked yet. This command looks for it and fills it in here:"),
    "why-without": _("What would have kept it, had one of these not happened:"),
    "why-with": _(
        "What would have kept it, the least first (fewest places, then the smallest size, the same at each of them):"
    ),
    "why-none": _(
        "No cure found: of what the town could have more of where this run shows a lack, nothing would have kept it, "
        "not even all together."
    ),
    "why-incomplete": _(
        "Not everything was tried: the allowed runs were used up, so perhaps less would do. "
        "The same command goes on from here."
    ),
    "why-open": _(
        "No cure found so far: the allowed runs were used up before everything was tried. "
        "The same command goes on from here."
    ),
    "why-nothing": _("Nothing that was asked for failed."),
    "after": _("after"),
    "alike": _("and {n} more like it at the same time"),
    "also-because": _("also because of:"),
    "also-more": _("and {n} more"),
    "via": _("via"),
    "redundancies": _("Fallbacks"),
    "redundancies-caption": _("What the scenario asks of each fallback"),
    "no-redundancies": _("The scenario asks for no fallback."),
    "kind": _("Kind"),
    "primary": _c("column", "first choice"),
    "standby": _c("column", "fallback"),
    "executed": _("Asked for and executed"),
    "executed-caption": _("Each fault: times asked for and real, and whether it was seen to take effect"),
    "fault": _("Fault"),
    "where": _("where"),
    "asked": _("asked for"),
    "really": _("executed"),
    "evidence": _("effect seen"),
    "never": _("never"),
    "to-the-end": _("end"),
    "as-soon-as": _("as soon as"),
    "on-repair": _("repair"),
    "robust": _("How near to the limits"),
    "robust-intro": _(
        "The margin is what lies between figure and limit, as a share of the limit; below zero the limit is missed. "
        "Where it is more than the limit itself, it says how many times the limit the figure is. "
        "What is missed by most or nearest to its limit stands first. Small changes: each assumption 10 % less and "
        "10 % more, and other seeds; counted are those that change anything in what the expectation judges."
    ),
    "robust-times": _("{times} times the limit"),
    "robust-finding": _("expectation"),
    "robust-in-run": _("in this run"),
    "robust-holds": _("held under small changes"),
    "robust-of": _("holds in {holds} of {tried}"),
    "robust-untouched": _("no change touched what it judges"),
    "robust-more": _("and {n} more"),
    "robust-ask": _("Nobody has asked yet:"),
    "robust-nothing": _("The scenario asks for nothing."),
    "margin": _("margin"),
    "metrics": _("Metrics"),
    "metrics-intro": _("Over the whole run, from hour zero. They are of this one event and not figures of a year."),
    "no-metrics": _("There are no metrics of this run."),
    "metric": _("metric"),
    "metric-of": _("of what"),
    "metric-value": _("value"),
    "metric-source": _("source"),
    "control-room": _("Control room"),
    "control-intro": _(
        "What the control room noticed, decided and did, and why. It knew delivered readings, calls and answers only."
    ),
    "alarms": _("alarms"),
    "false-alarms": _("alarms without a fault"),
    "most-alarms": _("most alarms in ten minutes (EEMUA 191: 1 is acceptable, 10 are a flood)"),
    "acknowledged-after": _("acknowledged after (median)"),
    "noticed": _("Faults, and when the control room noticed them"),
    "noticed-after": _("noticed after"),
    "acted-after": _("acted upon after"),
    "decisions": _("Alarms and decisions"),
    "telemetry": _("Telemetry"),
    "no-telemetry": _("This run had no telemetry."),
    "sensors": _("sensors"),
    "cohorts": _("cohorts of like sensors"),
    "readings": _("readings"),
    "delivered": _("arrived at the data centre"),
    "late": _("of these late"),
    "lost": _("lost"),
    "held": _("still with a gateway at the end"),
    "assumptions": _("Assumptions and limits"),
    "thresholds-caption": _("Limits used in this run, and how sure they are"),
    "assumptions-caption": _("What the model had to assume"),
    "more-assumptions": _("all {n} assumptions"),
    "no-assumptions": _("Nothing was assumed."),
    "limit": _("Limit"),
    "value": _("Value"),
    "about": _("about"),
    "assumed": _("assumed"),
    "basis": _("basis"),
    "reproduce": _("How to reproduce"),
    "reproduce-intro": _("The same command with the same seed gives the same result, figure for figure."),
    "digest": _("digest of the run"),
    "footer": _(
        "This page loads nothing and shows a simulation, not a measurement. It cannot show what the "
        "model does not hold; the resourcefulness of people on the spot is not simulated."
    ),
    "layers": _("What the map shows"),
    "play-at": _("Time shown"),
    "whole-run": _("the whole run"),
    "choose-place": _("Choose a place, here or on the map"),
    "nothing-out": _("Everything works."),
    "places-out": _("places shown that are out"),
    "levels-low": _("services below the required level"),
    "out-times": _("out"),
    "compare": _("Compare with another run"),
    "compare-intro": _("Choose the report (report.html) of another run. It stays on this device; nothing is sent."),
    "compare-file": _("Report of the other run"),
    "compared": _("Compared with"),
    "other-town": _("another town"),
    "of-town": _("town"),
    "this-run": _("this run"),
    "that-run": _("the other"),
    "recovery": _("until everything was back"),
    "not-reached": _("not reached"),
    "not-there": _("not there"),
    "low-for-column": _("below the required level"),
    "cannot-compare": _("This file is no report that this page can read."),
    "owner": _("owner"),
}


def say(key: str, lang: str, **values: str) -> str:
    """A text of the page with its blanks filled. Raises `KeyError` for a text that does not exist."""
    return TEXTS[key].of(lang).format(**values)
