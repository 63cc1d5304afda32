"""Links on this machine that can be cut, and the encrypted way between two machines."""
