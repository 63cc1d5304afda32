"""Files of a folder that others made, tried one by one: `python -m tests.foreign FOLDER`."""
