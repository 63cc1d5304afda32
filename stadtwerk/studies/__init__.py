"""Many runs at once: suites, audits, campaigns, comparisons, and who executes them."""
