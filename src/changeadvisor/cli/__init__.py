"""The command line: a thin shell over the library (`api`) and the pages (`report`).

`main` is the entry point; each other module holds a few commands. Nothing heavy is imported
before a command runs, so that `--help` stays quick.
"""
