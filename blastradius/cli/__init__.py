"""The command line: parse, call, print.

``blastradius analyze`` is the command that people wait for, so nothing that it can do without is
imported on its way: not typer, not rich (see :mod:`~blastradius.cli.quick`).
"""
