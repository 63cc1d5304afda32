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
