"""The report of a run, for planners and councils: one self-contained HTML page, German or English.

content        everything the page shows, as frozen records in the order of the page
compose        builds the content from city, scenario, history and verdict
losses         who went without what for how long
cascade        what led to what, as a tree
page           turns the content into HTML
views          content grouped and worded for the template
texts          the words of the page
wording        numbers, times and durations as a reader of the language writes them
svg            an SVG element as text
axis           seconds and values as places on paper
step_path      a step function as an SVG path, thinned without losing its extremes
course_chart   a service level over time
gantt          which fallback was in force when
glyphs         a shape for each kind of component
town_map       districts, components, and what failed
"""

from resilience.report.run.content import ReportContent
from resilience.report.run.page import render, write_report

__all__ = ["ReportContent", "render", "write_report"]
