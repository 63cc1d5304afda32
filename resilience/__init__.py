"""Breaks the town through its declared doors, and judges what it did. Nothing here knows an engine.

text        a sentence in German and in English
duration    times as people write them
norms       thresholds with source and confidence; `clauses` are the charter's
scenario    what a scenario asks, as records
schema      its JSON Schema; `fields`, `semantics` find every mistake in a file, `loader` turns a good one into records
selector    which components a timeline entry means, drawn from the run's seed
injector    executes the timeline through the fault door and looks for evidence
courses     sums over step functions; `metrics` are the figures built on them
checkers    one judgement each, on the history alone
verdict     pass, fail, inconclusive, with reasons and figures; `answer` says it in one sentence
judge       all checkers on one run
junit       the verdict for a build server; `record` the verdict as JSON
report      the verdict for people
"""
