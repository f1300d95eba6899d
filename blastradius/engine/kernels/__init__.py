"""Compiled inner loops, each beside a twin in plain Python that defines what it computes."""

from blastradius.engine.compiled import choose_cache

choose_cache()
