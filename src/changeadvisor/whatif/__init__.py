"""Why answers differ: what if something were otherwise, and what changed between two programmes."""
