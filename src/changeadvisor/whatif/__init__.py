"""What would change if something were otherwise, what did change between two programmes, and why."""
