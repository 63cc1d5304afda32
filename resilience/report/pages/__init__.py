"""Reports made of sections and tables, as one HTML page that needs nothing else and as Markdown.

section     what a page consists of
render      the page in both forms
"""

from resilience.report.pages.render import html, markdown
from resilience.report.pages.section import Page, Section, Table

__all__ = ["Page", "Section", "Table", "html", "markdown"]
