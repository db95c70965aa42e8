"""The two pages of figures: all processes together, and one process with its picture."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models.cases import DiagramVersion
from models.database import db
from webapp import clock
from webapp.charts import columns, lines
from webapp.reports import figures
from webapp.reports.asked import Asked, choices, read
from webapp.reports.blueprint import bp
from webapp.reports.figures import Links, Listed
from webapp.reports.heat import Picture, picture
from webapp.reports.tables import Table, as_csv
from webapp.runtime import runtime
from workflows import publication
from workflows.diagrams.graph import Diagram
from workflows.status import counts, pace, trend
from workflows.status.counts import Stage, Standing
from workflows.status.filters import places_of, version_ids
from workflows.status.pace import Key, Pace


@dataclass(frozen=True)
class Report:
    """A page of figures: what was asked, the whole in numbers, the tables by their keys."""

    asked: Asked
    whole: Standing
    tables: dict[str, Table]
    monthly: Sequence[trend.Monthly]
    links: Links

    @property
    def drawn(self) -> dict[str, Any]:
        """The charts of the months with their legends."""
        number_of, length_of = figures.charts(self.monthly)
        return {
            "number": (number_of, columns(number_of)),
            "length": (length_of, lines(length_of)),
        }


@dataclass(frozen=True)
class ProcessReport(Report):
    """The figures of one process: its pictures, how many confidential cases, which heat is shown."""

    name: str
    version: DiagramVersion
    confidential: bool
    hidden: str
    pictures: Sequence[Picture]
    heat: str


@bp.get("/")
def index() -> ResponseReturnValue:
    """Show how all processes are doing."""
    asked = read()
    return render_template("reports/index.html", report=_all(asked), **_around(asked))


@bp.get("/tables/<table>.csv")
def index_csv(table: str) -> ResponseReturnValue:
    """Give one table of the page of all processes as a file."""
    return as_csv(list(_all(read()).tables.values()), table, "reports")


@bp.get("/processes/<key>")
def process(key: str) -> ResponseReturnValue:
    """Show where the cases of one process are and where they lose time."""
    asked = read(key)
    report, around = _one(asked), _around(asked)
    around["choices"]["outcomes"] = _outcomes(report)
    return render_template("reports/process.html", report=report, **around)


@bp.get("/processes/<key>/tables/<table>.csv")
def process_csv(key: str, table: str) -> ResponseReturnValue:
    """Give one table of the page of a process as a file."""
    return as_csv(list(_one(read(key)).tables.values()), table, key)


def _around(asked: Asked) -> dict[str, Any]:
    sizes = {"latest": pace.LATEST, "latest_of_month": trend.LATEST}
    return {"asked": asked, "choices": choices(asked), **sizes}


def _outcomes(report: ProcessReport) -> list[str]:
    """Give how cases ended, and what was chosen, to choose from."""
    found = {row[0].text for row in report.tables["outcomes"].rows}
    chosen = report.asked.filters.outcome
    return sorted(found | {chosen} if chosen else found)


def _all(asked: Asked) -> Report:
    session, now, pack, links = db.session(), clock.now(), runtime().pack, Links(asked.again)
    filters = asked.filters
    diagrams = _in_force()
    listed = [one for one, diagram in diagrams if diagram.starters]
    graphs = [diagram for _, diagram in diagrams]
    places = [place for place in places_of(graphs) if pace.can_send_back(pack, place)]
    standings = counts.standings(session, filters, now=now)
    heaps = counts.heaps(session, filters, now=now)
    monthly = _monthly(asked, graphs)
    tables = (
        figures.processes(listed, standings, counts.confidential(session), links),
        figures.stages(counts.stages(heaps), listed, links),
        figures.duties(counts.by_duty(heaps), pack, links),
        figures.people(counts.by_person(session, filters, now=now), links),
        figures.returned(pack, places, pace.paces(session, places, filters), links),
        figures.months(monthly, Links(asked.without_days())),
    )
    whole = counts.total(standings.values())
    return Report(asked, whole, {table.key: table for table in tables}, monthly, links)


def _in_force() -> list[tuple[Listed, Diagram]]:
    """Give every published process with the version in force of its own diagram, by name."""
    session, library = db.session(), runtime().library
    found = []
    for key, version in publication.published(session, now=clock.now()).items():
        diagram = library.of(session, version.id).diagrams[key]
        name = diagram.name or key
        found.append((Listed(version.process_id, key, name, diagram.confidential), diagram))
    return sorted(found, key=lambda pair: pair[0].name)


def _monthly(asked: Asked, graphs: Sequence[Diagram]) -> list[trend.Monthly]:
    latest = trend.months(clock.zone(), clock.now())
    steps = trend.decisions(runtime().pack, graphs)
    # Of all processes, all versions are named: the indexes of cases begin with the version.
    named = replace(asked.filters, versions=asked.filters.versions or version_ids(asked.versions))
    return trend.by_month(db.session(), named, steps, latest)


def _one(asked: Asked) -> ProcessReport:
    session, now, pack = db.session(), clock.now(), runtime().pack
    version = asked.version or asked.versions[0]
    found = runtime().library.of(session, version.id)
    main = found.diagrams[found.main]
    graphs = [main, *(one for key, one in found.diagrams.items() if key != found.main)]
    links = Links({"process": version.process.key, **asked.again})
    places = places_of(graphs)
    stages = counts.stages(counts.heaps(session, asked.filters, now=now))
    paces = pace.paces(session, places, asked.filters)
    monthly = _monthly(asked, graphs)
    tables = (
        figures.steps(places, stages, paces, links),
        figures.outcomes(counts.outcomes(session, asked.filters), links),
        figures.returned(pack, places, paces, links),
        figures.months(monthly, _month_links(asked)),
    )
    hidden = counts.confidential(session).get(version.process_id)
    heat = "working" if request.args.get("heat") == "working" else "waiting"
    return ProcessReport(
        asked,
        counts.total(counts.standings(session, asked.filters, now=now).values()),
        {table.key: table for table in tables},
        monthly,
        links,
        main.name or found.main,
        version,
        main.confidential,
        figures.told(hidden).text,
        _pictures(version, graphs, stages, paces, heat),
        heat,
    )


def _month_links(asked: Asked) -> Links:
    key = asked.process.key if asked.process else ""
    return Links({"process": key, **asked.without_days()})


def _pictures(
    version: DiagramVersion,
    graphs: Sequence[Diagram],
    stages: Sequence[Stage],
    paces: dict[Key, Pace],
    heat: str,
) -> list[Picture]:
    numbers = _numbers(version)
    spans = {key: (one.working if heat == "working" else one.waiting) for key, one in paces.items()}
    medians = {key: span.median for key, span in spans.items() if span is not None}
    return [
        picture(
            graph,
            url_for(
                "diagrams.xml",
                key=graph.process_id,
                number=numbers[version.frozen[graph.process_id]],
            ),
            stages,
            medians,
        )
        for graph in graphs
    ]


def _numbers(version: DiagramVersion) -> dict[int, int]:
    """Give the number of each version that this one froze, by id."""
    rows = db.session.execute(
        select(DiagramVersion.id, DiagramVersion.number).where(
            DiagramVersion.id.in_(version.frozen.values())
        )
    )
    return {row.id: row.number for row in rows}
