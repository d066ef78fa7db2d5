"""Pictures, each with a text that carries its finding."""
