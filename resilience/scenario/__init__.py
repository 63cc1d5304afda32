"""What is asked: scenario files read, checked and held as records, with the norms they lean on."""
