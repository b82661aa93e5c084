"""The engine's store: what was submitted, what was released, and every question on it.

    <store>/private/<FLOW>/submissions/<id>/   the sender's file, rows, findings
    <store>/private/<FLOW>/releases/<id>/      figures before protection
    <store>/public/<FLOW>/<id>/                a release; CURRENT names the one in force

Only what lies below `public` ever answers a question.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from siemmes.cube.answers import Answer
from siemmes.cube.engines import Engine, chosen
from siemmes.cube.folder import Cube, Shelf
from siemmes.cube.parts import MANIFEST
from siemmes.cube.questions import Question
from siemmes.model.catalogue import flows, structure
from siemmes.model.errors import QuestionError, RefusedError
from siemmes.release.published import Release, head, listed, pointed, public_folder

if (
    TYPE_CHECKING
):  # what judges, builds and compares is imported when it is needed: a question is answered without
    from siemmes.intake.findings import Report
    from siemmes.release.building import Step
    from siemmes.release.comparing import Comparison
    from siemmes.release.submissions import Submission


class Store:
    """Submissions and releases below one folder.

    Args:
        path: the folder; it is made when something is first kept in it.
        clock: gives the present instant, by which embargoes end.
        engine: what answers questions; where it is not given, the one that SIEMMES_ENGINE names.
    """

    def __init__(
        self,
        path: str | Path,
        *,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
        engine: Engine | None = None,
    ) -> None:
        self.path = Path(path)
        self._clock = clock
        self._engine = engine
        self._shelf = Shelf()
        #: By flow, and by release: asked for again and again.
        self._folders: dict[str, Path] = {}

    def _public(self, flow: str) -> Path:
        found = self._folders.get(flow)
        if found is None:
            found = self._folders[flow] = public_folder(self.path, structure(flow).id)
        return found

    def _private(self, flow: str) -> Path:
        return self.path / "private" / structure(flow).id

    # Submissions

    def submit(
        self,
        path: str | Path,
        *,
        flow: str,
        sender: str,
        at: dt.datetime | None = None,
        said: Mapping[str, str] | None = None,
        reason: str = "",
        contributions: str | Path | None = None,
        step: "Step" = lambda _done: None,
    ) -> "Submission":
        """Judge a file and keep it. It is released with the flow's next release, if it was accepted.

        Args:
            sender: a country's alpha-3 code, or a source's id.
            at: when it was received; now, where it is not said.
            said: attributes given once for all of its rows.
            reason: why published figures change, where they do.
            contributions: of amounts, a CSV of what each contributor gave to a figure, for the rule of dominance.
            step: called with each step of judging (see `intake.judging.STEPS`).

        Raises:
            UnreadableError: where the file cannot be read at all.
            QuestionError: where there is no such flow or sender.
            RefusedError: where the disk is full or somebody else is submitting to the flow; nothing was kept.
        """
        from siemmes.release.submissions import receive

        return receive(
            self._private(flow) / "submissions", Path(path), flow=flow, sender=sender, at=at or self._clock(),
            said=said, reason=reason, published=self._accepted(flow),
            contributions=Path(contributions) if contributions else None, step=step,
        )  # fmt: skip

    def submit_shipped(
        self,
        name: str = "all",
        *,
        release: bool = False,
        at: dt.datetime | None = None,
        told: "Callable[[Submission | Release], None]" = lambda _done: None,
    ) -> "list[Submission]":
        """Submit real figures that come with the engine, in their order; what is in the store already is left alone.

        Args:
            name: one file's id, a dataflow's id for all of its files, or `all` (see `release.content`).
            release: whether to publish too, each edition in a release of its own, so that they can be compared.
            at: when they are received and published; now, where it is not said.
            told: called with each submission and release once it is there.

        Raises:
            QuestionError: where nothing is shipped under that name.
            RefusedError: where a submission or a release is refused as any other would be.
        """
        from siemmes.release.content import selected
        from siemmes.release.submissions import digest_of

        kept = []
        for one in selected(name):
            digest = digest_of(one.path)
            there = [before for before in self.submissions(one.flow) if before.sha256 == digest]
            kept += there[-1:] or [
                self.submit(
                    one.path, flow=one.flow, sender=one.sender, at=at, said=one.said, reason=one.reason
                )
            ]
            told(kept[-1])
            if release and one.note and self.waiting(one.flow):
                told(self.release(one.flow, at=at, note=one.note))
        return kept

    def waiting(self, flow: str) -> "list[Submission]":
        """The accepted submissions to a flow that no release in its line holds yet."""
        inside = {
            one["id"] for release in self._line(flow, head(self._public(flow))) for one in release.submissions
        }
        return [one for one in self.submissions(flow) if one.accepted and one.id not in inside]

    def submissions(self, flow: str) -> "list[Submission]":
        """What was submitted to a flow, in the order of receipt."""
        from siemmes.release.submissions import every

        return every(self._private(flow) / "submissions")

    def report(self, submission: "Submission") -> "Report":
        """What was found in a submission when it was received."""
        from siemmes.release.submissions import report_of

        return report_of(self._private(submission.flow) / "submissions", submission)

    def _accepted(self, flow: str) -> Path | None:
        from siemmes.release.building import ACCEPTED

        last = head(self._public(flow))
        return self._private(flow) / "releases" / last / ACCEPTED if last else None

    # Releases

    def release(
        self,
        flow: str,
        *,
        at: dt.datetime | None = None,
        note: str = "",
        public_from: dt.datetime | None = None,
        step: "Step" = lambda _name: None,
    ) -> Release:
        """Build and publish the flow's next release out of the one in force and the submissions accepted since.

        Args:
            at: when it is built; now, where it is not said.
            note: what changed, for its readers.
            public_from: the hour before which nobody reads it.

        Raises:
            RefusedError: where there is nothing new, protection fails, the disk is full, or a release is being built.
        """
        from siemmes.disclosure.policy import noise_key, thresholds
        from siemmes.release.building import Plan, build
        from siemmes.release.files import held

        public, private = self._public(flow), self._private(flow)
        with held(private, ("A release of this dataflow", "Una publicación de este flujo de datos")):
            known, last = self.releases(flow), head(public)
            fresh = self.waiting(flow)
            if not fresh:
                raise RefusedError(
                    {
                        "en": f"Nothing was accepted for {flow} since the last release; there is nothing to publish.",
                        "es": f"No se ha aceptado nada para {flow} desde la última publicación; no hay nada que publicar.",
                    }
                )
            number = 1 + max((one.number for one in known), default=0)
            plan = Plan(
                about=structure(flow), id=f"{flow}-{number}", number=number, public=public, private=private / "releases",
                previous=last, in_force=self.current(flow), submissions=fresh, received=private / "submissions", at=at or self._clock(),
                note=note, public_from=public_from, own=thresholds(self.path / "private", flow, (at or self._clock()).date()),
                secret=noise_key(self.path / "private"),
            )  # fmt: skip
            return Release.at(build(plan, step=step))

    def releases(self, flow: str) -> list[Release]:
        """The releases of a flow, the oldest first."""
        return listed(self._public(flow))

    def _line(self, flow: str, release: str | None) -> Iterator[Release]:
        by_id = {one.id: one for one in self.releases(flow)}
        while release is not None and release in by_id:
            yield by_id[release]
            release = by_id[release].previous

    def current(self, flow: str) -> str | None:
        """The id of the release in force; None where the flow has none yet."""
        return pointed(self._public(flow), self._clock())

    def roll_back(self, flow: str, release: str) -> None:
        """Let an older release be the one in force again; nothing is deleted.

        Raises:
            QuestionError: where there is no such release.
        """
        from siemmes.release.building import point
        from siemmes.release.files import held

        with held(
            self._private(flow), ("A release of this dataflow", "Una publicación de este flujo de datos")
        ):
            point(self._public(flow), self._known(flow, release))

    def _known(self, flow: str, release: str | None) -> str:
        """The id of the release that is meant, once it is known to be there and its embargo to be over."""
        if release is None:
            if (current := self.current(flow)) is None:
                raise QuestionError({
                    "en": f"{flow} has no release yet.", "es": f"{flow} aún no tiene ninguna publicación.",
                })  # fmt: skip
            return current
        found = self._at_instant(flow, release) or release
        if not self._is_there(flow, found):
            listed = ", ".join(one.id for one in self.releases(flow) if one.is_public(self._clock())) or "-"
            raise QuestionError({
                "en": f"{flow} has no release “{found}”. Releases: {listed}.",
                "es": f"{flow} no tiene la publicación «{found}». Publicaciones: {listed}.",
            })  # fmt: skip
        return found

    def _is_there(self, flow: str, release: str) -> bool:
        folder = self._public(flow) / release
        plain = "/" not in release and not release.startswith(".")
        return plain and (folder / MANIFEST).is_file() and Release.at(folder).is_public(self._clock())

    def _at_instant(self, flow: str, text: str) -> str | None:
        """The newest release that was public at an instant (`2026-03-01`, `2026-03-01T12:00:00+00:00`); None for no instant."""
        try:
            instant = dt.datetime.fromisoformat(text)
        except ValueError:
            return None
        if instant.tzinfo is None:
            instant = instant.replace(tzinfo=dt.UTC)
        before = [one.id for one in self.releases(flow) if one.is_public(instant) and one.built_by(instant)]
        return before[-1] if before else None

    def compare(self, flow: str, before: str, after: str | None = None) -> "Comparison":
        """What two releases say differently, figure by figure.

        Args:
            after: the later release; the one in force, where it is not said.

        Raises:
            QuestionError: where there is no such release.
        """
        from siemmes.release.comparing import compare

        old, new = self._known(flow, before), self._known(flow, after)
        reasons = {one.id: one.reason for one in self.submissions(flow) if one.reason}
        public = self._public(flow)
        return compare(structure(flow), public / old, public / new, reasons)

    # Questions

    @contextmanager
    def cube(self, flow: str, release: str | None = None) -> Iterator[Cube]:
        """A release, open, for as long as the block runs.

        Raises:
            QuestionError: where there is none such.
        """
        found = self._known(flow, release)
        public = self._public(flow)
        folder = self._folders.get(found)
        if folder is None:
            folder = self._folders[found] = public / found
        with self._shelf.borrow(folder, keep=public if release is None else None) as cube:
            yield cube

    @contextmanager
    def asked(self, question: Question) -> Iterator[Answer]:
        """The answer to a question; it can be read for as long as the block runs.

        Raises:
            QuestionError: where the question names what does not exist.
        """
        question.checked()
        with self.cube(question.flow, question.as_of) as cube:
            yield Answer(question, cube, self.engine)

    @property
    def engine(self) -> Engine:
        """What answers questions; a cluster is first called when it is first asked.

        Raises:
            RefusedError: where SIEMMES_ENGINE names none.
        """
        if self._engine is None:
            self._engine = chosen()
        return self._engine

    def ask(self, question: Question) -> "Asked":
        """The answer to a question, for notebooks: it opens and closes the release by itself."""
        return Asked(self, question)

    def flows(self) -> tuple[str, ...]:
        """The flows that have a release."""
        return tuple(flow for flow in flows() if self.current(flow))

    def close(self) -> None:
        """Let go of the open releases."""
        self._shelf.close()


@dataclass(frozen=True)
class Asked:
    """A question put to a store, answered anew each time it is read."""

    store: Store
    question: Question

    def table(self) -> Any:
        """All rows as an Arrow table."""
        with self.store.asked(self.question) as answer:
            return answer.table()

    def rows(self) -> list[Mapping[str, Any]]:
        """All rows as dictionaries."""
        with self.store.asked(self.question) as answer:
            return list(answer.rows())
