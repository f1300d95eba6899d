"""What ``rank`` and ``perimeter`` share: their options, and how their answers go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from blastradius.cli import options as shared
from blastradius.cli.output import check_output, deliver, spare_inputs
from blastradius.cli.question import QuestionOptions, check_question, method_of
from blastradius.cli.usage import UsageError, any_number, check_words
from blastradius.model.vocabulary import ROLES

if TYPE_CHECKING:
    from blastradius.api import Method
    from blastradius.report.survey_views import PerimeterView, RankingView

FORMATS = ("table", "json", "csv", "markdown")

DEFAULT_PRECISION = 2.0
"""[percent]"""

RoleOption = Annotated[
    list[str] | None,
    typer.Option(
        help=f"List only parties of this role: {', '.join(ROLES)}. Repeatable.",
        metavar="ROLE",
        autocompletion=shared.complete_role,
        show_default=False,
        rich_help_panel=shared.LISTING,
    ),
]
ActionOption = Annotated[
    list[str] | None,
    typer.Option(
        "--action",
        help="How the attacker is supposed to act, in the words of VERIS; any way by default. "
        "Repeatable.",
        metavar="ACTION",
        autocompletion=shared.complete_action,
        show_default=False,
        rich_help_panel=shared.QUESTION,
    ),
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        help="Count the relations that were live then, instead of all: YYYY, YYYY-MM or "
        "YYYY-MM-DD.",
        metavar="DATE",
        show_default=False,
        rich_help_panel=shared.QUESTION,
    ),
]
PrecisionOption = Annotated[
    float,
    typer.Option(
        parser=any_number("--precision"),
        help="Where worlds are sampled, stop when the 95% interval of each listed score is this "
        "many percent of it, more than 0 and less than 100.",
        metavar="PERCENT",
        rich_help_panel=shared.ENGINE,
    ),
]


class SurveyOptions(NamedTuple):
    """The options of a question about all parties."""

    graph: str | None
    actions: tuple[str, ...]
    as_of: str | None
    roles: tuple[str, ...]
    top: int | None
    exact: bool
    worlds: int | None
    precision: float
    rng_seed: int
    format: str | None
    output: str | None

    @property
    def method(self) -> Method:
        """Engine that the options ask for."""
        return method_of(self._question)

    @property
    def _question(self) -> QuestionOptions:
        return QuestionOptions(
            graph=self.graph,
            actions=self.actions,
            as_of=self.as_of,
            exact=self.exact,
            worlds=self.worlds,
            rng_seed=self.rng_seed,
        )

    def check(self) -> None:
        """Refuse bad options before anything is computed.

        Raises
        ------
        UsageError
        """
        check_question(self._question)
        check_words("--role", self.roles, ROLES)
        check_output(self.format, self.output, FORMATS)
        if self.top is not None and self.top < 1:
            msg = f"--top: must be at least 1, got {self.top}"
            raise UsageError(msg)
        if not 0 < self.precision < 100:
            msg = f"--precision: must be more than 0 and less than 100, got {self.precision:g}"
            raise UsageError(msg)
        spare_inputs((self.output,), (self.graph,))


def deliver_survey(view: RankingView | PerimeterView, options: SurveyOptions) -> None:
    """Print or write an answer, with the parties that the options list."""
    listed = view.listing(roles=options.roles, top=options.top)
    deliver(
        options.format,
        options.output,
        {
            "table": lambda look: listed.to_text(width=look.width, colour=look.colour),
            "json": lambda _: listed.to_json(),
            "csv": lambda _: listed.to_csv(),
            "markdown": lambda _: listed.to_markdown(),
        },
    )
