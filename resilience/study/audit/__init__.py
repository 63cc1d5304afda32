"""Every link cut, every core component failed, every lifeline without anything digital: found in the model itself.

cases        everything there is to break: one thing each, and its scenario
outcome      what matters of one case, and the judgement on it; the case as a scenario file
graph        single points of failure by the dependency graph
audit        all of it, also two at once, and why graph and simulation differ
words        the words of the page
page         the audit for people, and as CSV and JSON
"""

from resilience.study.audit.audit import Audit, Scope, audit
from resilience.study.audit.cases import AuditSettings

__all__ = ["Audit", "AuditSettings", "Scope", "audit"]
