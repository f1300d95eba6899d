"""Which relations to cut, lower or take back so that a breach harms least."""
