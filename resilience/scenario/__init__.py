"""What is asked: scenario files read, checked, drawn and held as records, with the norms they lean on."""
