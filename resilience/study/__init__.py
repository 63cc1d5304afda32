"""Many runs: audits, campaigns, comparisons, suites, and shrinking a failure."""
