"""Asking people for the judgements that would settle an answer soonest, and keeping them."""
