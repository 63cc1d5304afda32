"""The report checks itself: one row for each clause in every form and language."""

from __future__ import annotations

import json
import re

from resilience.judge.verdict import Value
from resilience.report.charter import CharterContent, ClauseEvidence, charter_json, charter_markdown, charter_page
from resilience.scenario.clauses import charter_clauses
from resilience.words.text import LANGUAGES, Text


def check_forms(content: CharterContent) -> ClauseEvidence:
    """III.l/check-grids: HTML, Markdown and JSON have the same clauses in the same state, in both languages."""
    wanted = [(row.clause.id, row.status.value) for row in content.rows]
    wrong = [] if [name for name, _ in wanted] == [clause.id for clause in charter_clauses()] else ["clauses"]
    for lang in LANGUAGES:
        page = re.findall(r'data-clause="([^"]+)" data-status="([^"]+)"', charter_page(content, lang))
        if page != wanted:
            wrong.append(f"HTML ({lang})")
        text = charter_markdown(content, lang)
        if not all(f"({name})" in text for name, _ in wanted):
            wrong.append(f"Markdown ({lang})")
    rows = json.loads(charter_json(content))["rows"]
    if [(row["clause"]["id"], row["status"]) for row in rows] != wanted:
        wrong.append("JSON")
    title = Text("Ein Raster in allen Formen", "One grid in all forms")
    reason = Text(
        f"{len(wanted)} Zeilen, gleich in HTML, Markdown und JSON, auf Deutsch und Englisch.",
        f"{len(wanted)} rows, the same in HTML, Markdown and JSON, in German and English.",
    )
    if wrong:
        reason = Text(f"Abweichend: {', '.join(wrong)}.", f"Different: {', '.join(wrong)}.")
    return ClauseEvidence("III.l/check-grids", "forms", title, Value.FAIL if wrong else Value.PASS, reason)
