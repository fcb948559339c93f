"""`python -m parkwatt` is the command line."""

from parkwatt.cli import main

main()
