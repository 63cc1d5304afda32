"""Scripts that write what is kept beside the code. Nothing of the program imports them."""
