"""The page of the workbench, and the words that its scripts show."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from resilience.report.templates import template_folder
from simulator.contracts.words import LANGUAGES, PSEUDO, SOURCE, Said, Text, Words

if TYPE_CHECKING:
    from simulator.contracts.city import City

_ = Words("stadtwerk.workbench")

ENDONYMS = {"de": "Deutsch", "en": "English"}
"""What a language calls itself."""

WORDS: dict[str, Text] = {
    "workbench": _("Workbench"),
    "language": _("language"),
    "skip": _("to the search"),
    "map": _("Map of the town: what is chosen here can also be found in the list beside it"),
    "find": _("Find"),
    "find-hint": _("name, kind or id"),
    "found": _("found"),
    "found-none": _("Nothing in this town is called so."),
    "found-more": _("and {n} more: write more of the name"),
    "layers": _("Layers"),
    "zoom-in": _("closer"),
    "zoom-out": _("further away"),
    "zoom-all": _("whole town"),
    "chosen": _("Chosen"),
    "chosen-none": _("Click on something on the map, or find it by its name."),
    "several": _("Several things are here:"),
    "kind": _("kind"),
    "needs": _("What it needs"),
    "serves": _("What hangs on it"),
    "serves-none": _("No link of the town leads on from here. What its own network carries on is seen in a run."),
    "modes": _("How it falls back"),
    "levels": _("What is required of it"),
    "people": _("people"),
    "break": _("Break it"),
    "cut-off": _("Cut this district off"),
    "cut-off-about": _("Every link that crosses its border is cut, and none that lies inside."),
    "cut": _("cut"),
    "fault": _("what happens"),
    "when": _("when, after the start"),
    "how-long": _("for how long"),
    "for": _("for"),
    "until-repaired": _("until a crew has repaired it"),
    "until-end": _("until the end"),
    "times": _("30min, 6h, 2d"),
    "more": _("Details"),
    "add": _("Add"),
    "unbreakable": _("Nothing is known that could befall it by itself."),
    "what-if": _("What-if"),
    "title": _("title"),
    "start": _("start"),
    "duration": _("length"),
    "breaks": _("What breaks"),
    "breaks-none": _("Nothing yet: choose something on the map, and break it."),
    "remove": _("remove"),
    "at": _("after"),
    "repaired": _("until repaired"),
    "to-end": _("until the end"),
    "expects": _("What must hold"),
    "expects-about": _("Whatever else the town has to keep up is judged as well."),
    "all-levels": _("everything that is required of the town"),
    "throughout": _("throughout"),
    "back": _("back again"),
    "gap": _("a gap of up to"),
    "back-within": _("at latest after the last repair"),
    "where": _("where"),
    "all-places": _("everywhere"),
    "limit": _("required is"),
    "declared": _("what the town declares"),
    "kept": _("as in the file"),
    "new": _("New"),
    "open": _("Open"),
    "open-what": _("scenario to open"),
    "own": _("own"),
    "shipped": _("shipped"),
    "save": _("Save"),
    "save-as": _("Save as"),
    "replace": _("replace the file of this name"),
    "saved": _("Saved: {file}. On the command line: stadtwerk run {path}"),
    "run": _("Run"),
    "measure": _("Add a measure"),
    "measures": _("Measures to compare"),
    "measures-none": _("None yet: choose something on the map, and add a measure."),
    "what": _("what"),
    "size": _("how much ({unit}, today {today}, at most {most})"),
    "size-more": _("how much more ({unit}, today {today}, at most {most} more)"),
    "before-after": _("Compare before and after"),
    "queued": _("Waits its turn as run {id}."),
    "ready": _("Ready to run."),
    "unready": _("Not ready yet:"),
    "runs": _("Runs"),
    "runs-none": _("No run yet."),
    "waiting": _("waiting"),
    "at-work": _("running"),
    "paused": _("paused"),
    "done": _("done"),
    "failed": _("came to no end"),
    "stopped": _("stopped"),
    "broken-off": _("broken off"),
    "pause": _("pause"),
    "resume": _("go on"),
    "stop": _("stop"),
    "again": _("once more"),
    "pass": _("pass"),
    "fail": _("fail"),
    "inconclusive": _("inconclusive"),
    "show-report": _("report"),
    "report": _("Report"),
    "report-alone": _("in a window of its own"),
    "close": _("close"),
    "to-form": _("open as what-if"),
    "compare": _("Compare"),
    "compare-with": _("compare with"),
    "findings": _("Findings"),
    "digest": _("digest"),
    "command": _("as a command"),
    "gone": _("The workbench does not answer. It was stopped, or is just being started again; nothing here is lost."),
}
"""By the name under which the page and its scripts use them."""


def words(lang: str) -> dict[str, str]:
    """The words of the page in one language. Blanks stay as they are: the scripts fill them."""
    return {name: text.of(lang) for name, text in WORDS.items()}


def page(city: City, lang: str) -> str:
    """The page, without any data of the town but its name: the scripts ask for those."""
    html = SOURCE if lang == PSEUDO else lang
    title = Said({"en": city.title_en, "de": city.title_de}).of(lang)
    environment = template_folder(Path(__file__).parent)
    template = environment.get_template("page.html.j2")
    return template.render(say=words(lang), lang=lang, html=html, town=title, languages=LANGUAGES, endonyms=ENDONYMS)
