"""Words: what people read, and the catalogues that say it in other languages than English."""
