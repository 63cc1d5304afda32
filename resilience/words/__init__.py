"""What things are called and how numbers are written, in German and English."""
