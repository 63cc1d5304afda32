"""Every link cut, every core component failed, every lifeline without anything digital: found in the model itself.

settings     when things break, for how long, and what is let pass
cases        everything there is to break: one thing each, and its scenario
observation  what matters of one case, out of its history
outcome      the judgement on one case
graph        single points of failure by the dependency graph
reasons      why graph and simulation differ
pairs        two at once
audit        all of it
replay       one case as a scenario file
words        the words of the page
page         the audit for people, and as CSV and JSON
"""

from resilience.study.audit.audit import Audit, Scope, audit
from resilience.study.audit.settings import AuditSettings

__all__ = ["Audit", "AuditSettings", "Scope", "audit"]
