"""`python -m changeadvisor`."""

from changeadvisor.cli.main import main

main()
