"""What held: checkers, evidence, metrics, and the verdict over them."""
