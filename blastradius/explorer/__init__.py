"""Results as one interactive HTML file: pure functions of answers.

:mod:`~blastradius.explorer.payload` says *what* the page shows, as plain data;
:mod:`~blastradius.explorer.layout` says *where* each party stands; and
:mod:`~blastradius.explorer.page` puts both, with the scripts in ``assets/``, into one file that
asks nothing of a network.
"""
