"""changeadvisor: persist, adjust or stop; reasoned recommendations for a programme of change."""

__version__ = "0.1.0"
