"""Many runs: audits, campaigns, comparisons, suites, shrinking a failure, and why something failed."""
