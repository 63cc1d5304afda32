"""File formats that bring a sewer network."""
