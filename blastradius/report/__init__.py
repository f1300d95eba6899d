"""Results as text, Markdown, JSON and CSV: pure functions of answers.

:mod:`~blastradius.report.pages` and its neighbours say *what* is shown, as a
:class:`~blastradius.report.document.Document`; :mod:`~blastradius.report.text` and
:mod:`~blastradius.report.markdown` say *how*, and escape every piece of foreign text on the way.
"""
