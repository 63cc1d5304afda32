"""What a project keeps for those who come to it: make, licence, contributing, package, versions of files."""
