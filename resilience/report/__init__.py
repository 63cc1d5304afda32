"""What people read: the report of a run, of the charter, and what build servers take."""
