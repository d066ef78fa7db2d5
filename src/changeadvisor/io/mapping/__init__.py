"""Registers of other people's making, brought into the form of a programme."""
