"""Many runs: suites, audits, campaigns, comparisons, variants of one run, why it failed, and who executes them."""
