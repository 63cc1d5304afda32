"""The waterworks' control room."""
