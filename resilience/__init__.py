"""Breaks the town through its declared doors, and judges what it did. Nothing here knows an engine.

text        a sentence in German and in English
duration    times as people write them
moment      moments on the town's clock
terms       what kinds, faults, modes and supplies are called
labels      what a component is called
phrases     how a service level is spoken of
norms       thresholds with source and confidence
clauses     the charter's clauses
entry       one entry of a timeline, as a record
scenario    what a scenario asks, as records
schema      the JSON Schema of scenario files
fields      a tolerant look at a part of a file
semantics   every mistake in a file, at its line
reading     values out of a checked file
loader      from a file to records
entry_loader  the entries of a timeline from a file
hazard_loader  hazards and their areas from a file
draws       hazards, fragility, failure rates, and what is drawn from them
selector    which components a timeline entry means, drawn from the run's seed
watch       waits for the states that faults come with
signal_words  such a state in words
injector    executes the timeline through the fault door and looks for evidence
courses     sums over step functions
modes       what modes a component went through, and outages among them
metrics     figures of a run
audit       every link cut, every core component failed
limits      a limit with its source and confidence
checkers    one judgement each, on the history alone
verdict     pass, fail, inconclusive, with reasons and figures
answer      the verdict in one sentence
judge       all checkers on one run
outcome     what a verdict means where a known weakness is declared
suite       scenarios that are run together
suite_junit all runs of a suite for a build server
figures     what a run came to, in a few figures
shrink      the smallest timeline that still fails
junit       the verdict for a build server
record      the verdict as JSON, and back
pages       reports made of sections and tables
report      the verdict for people
campaign    many drawn runs: files, sampling, statistics, risks, what measures would buy
comparison  two runs or campaigns side by side
charter     the charter report: one row for each clause, from many runs
"""
