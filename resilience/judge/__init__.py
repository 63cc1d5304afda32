"""What held: checkers, evidence, metrics, and the verdict over them.

checkers     the judges: each sees scenario, city and history, and gives findings
time_series  service levels and modes over time
limits       the number a finding is held against, with its source
losses       who went without what for how long
metrics      published figures, with the source of each formula
verdict      pass, fail or inconclusive, with reasons and figures; `verdict.json`
outcome      what a verdict means where a weakness is known
figures      what one run came to, small enough to keep for every case
judge        all checkers on one run, and the answer to its question in a few sentences
"""
