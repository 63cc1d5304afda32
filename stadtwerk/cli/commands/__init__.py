"""One module a command: `add_arguments` describes it (cheap to import), `execute` does it and returns the exit code."""
