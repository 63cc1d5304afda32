"""The simulated town: its data (`city`), its clock (`kernel`), its networks (`domains`), and their `coupling`."""
