"""What breaks: the injector at the fault door, draws by hazard and wear, the watch for triggers."""
