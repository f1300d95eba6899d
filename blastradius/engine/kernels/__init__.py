"""Compiled inner loops, each beside a twin in plain Python that defines what it computes."""
