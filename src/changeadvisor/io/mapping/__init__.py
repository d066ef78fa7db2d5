"""Registers of other people's making, read into a programme."""
