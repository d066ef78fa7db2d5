"""`python -m changeadvisor`."""

from changeadvisor.cli import main

main()
