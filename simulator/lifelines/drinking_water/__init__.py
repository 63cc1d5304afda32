"""One district's drinking water when the network is not well."""
