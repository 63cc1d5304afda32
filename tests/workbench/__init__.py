"""The workbench: who may ask, what it answers, and the whole way in a real browser."""
