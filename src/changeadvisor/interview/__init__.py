"""Asking people the fewest questions that settle an answer, and keeping what they said."""
