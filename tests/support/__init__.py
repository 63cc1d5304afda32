"""Small towns for tests."""
