"""The compiled parts of triage; all of them release the interpreter's lock.

`normalise` brings text into one form, `find` searches it for all literals, `decide` judges line by
line what was found, and `count` adds it up.
"""

from blastradius.engine.compiled import choose_cache

choose_cache()
