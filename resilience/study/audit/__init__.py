"""Every link cut, every core component failed, every lifeline without anything digital: found in the model itself.

settings     when things break, for how long, and what is let pass
case         one thing that is broken, and its scenario
cases        everything there is to break
observation  what matters of one case, out of its history
outcome      the judgement on one case
graph        single points of failure by the dependency graph
reasons      why graph and simulation differ
pairs        two at once
audit        all of it
tables       CSV and JSON
replay       one case as a scenario file
words        the words of the page
page         the audit for people
"""

from resilience.study.audit.audit import Audit, Scope, audit
from resilience.study.audit.settings import AuditSettings

__all__ = ["Audit", "AuditSettings", "Scope", "audit"]
