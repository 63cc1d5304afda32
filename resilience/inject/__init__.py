"""What breaks: the injector at the fault door, and the watch for triggers."""
