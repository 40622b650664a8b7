"""Scenario files: what is refused, and what every shipped one must be."""

from __future__ import annotations

from pathlib import Path

import pytest

import configuration
from configuration import InvalidConfiguration
from exercises.scenario import DIRECTORY, LOCAL, Scenario, ids, load, minute_of
from services.ingest.supplied import NETWORKS

REPOSITORY = Path(__file__).parents[2]

SMALL = """\
id: klein
title: Een kleine oefening
from: 2022-03-01T00:00
until: 2022-03-02T00:00
facts: [iets]
synthetic: [alles]
background: {posts_per_day: 100, authors: 20}
gatherings:
  plein: {starts: 2022-03-01T20:00, gemeente: Utrecht, where: [Kanaalstraat]}
pools:
  buurt: {size: 10}
says:
  oproep: ["kom {wanneer} {tijd} naar {waar}"]
phases:
  - id: oproep
    from: 2022-03-01T10:00
    until: 2022-03-01T20:00
    posts_per_day: 50
    says: {oproep: 1}
    pool: buurt
    gathering: plein
"""


def scenario(tmp_path: Path, text: str) -> Scenario:
    file = tmp_path / "klein.yaml"
    file.write_text(text, encoding="utf-8")
    return load(str(file))


def test_a_small_scenario_is_read(tmp_path: Path) -> None:
    assert scenario(tmp_path, SMALL).phases[0].gathering == "plein"


@pytest.mark.parametrize(
    ("change", "line", "reason"),
    [
        (("title:", "tietel:"), 2, "did you mean title?"),
        (("posts_per_day: 50", "posts_per_dag: 50"), 18, "did you mean posts_per_day?"),
        (("until: 2022-03-02T00:00", "until: 2022-02-02T00:00"), 1, "until must be after from"),
        (("pool: buurt", "pool: straat"), 1, "has pool straat, which is not in pools"),
        (("says: {oproep: 1}", "says: {roep: 1}"), 1, "says roep, which is not in says"),
        (("gathering: plein", "gathering: park"), 1, "has gathering park, which is not in gatherings"),
        (("until: 2022-03-01T20:00", "until: 2022-03-03T20:00"), 1, "lies outside the period"),
        (("    posts_per_day: 50\n", ""), 15, "either posts_per_day or curve"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, reason: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        scenario(tmp_path, SMALL.replace(*change))
    problems = [str(problem) for problem in refused.value.problems]
    assert any(reason in problem and f"klein.yaml:{line}:" in problem for problem in problems), problems


def test_a_happening_cannot_be_planted_in_a_quiet_time(tmp_path: Path) -> None:
    planted = "planted: [{from: 2022-03-01T10:00, until: 2022-03-01T20:00, gemeente: Utrecht, phenomenon: oproep}]\n"
    quiet = "quiet: [{from: 2022-03-01T19:00, until: 2022-03-02T00:00}]\n"
    with pytest.raises(InvalidConfiguration, match="must stay quiet"):
        scenario(tmp_path, SMALL + planted + quiet)


def test_local_time_is_that_of_amsterdam() -> None:
    summer = load("haren-2012").from_
    assert minute_of(summer) * 60 == int(summer.replace(tzinfo=LOCAL).timestamp())
    assert summer.replace(tzinfo=LOCAL).utcoffset().total_seconds() == 7200  # type: ignore[union-attr]


@pytest.fixture(scope="module")
def whole() -> configuration.Configuration:
    return configuration.load(REPOSITORY / "config")


@pytest.mark.parametrize("name", ids())
def test_a_shipped_scenario_fits_the_configuration(name: str, whole: configuration.Configuration) -> None:
    shipped = load(name)
    gemeenten = {gemeente.name for gemeente in whole.gazetteer.gemeenten.values()}
    phenomena = {phenomenon.id for phenomenon in whole.phenomena}
    assert shipped.id == name
    assert shipped.networks.keys() <= NETWORKS
    assert {happening.gemeente for happening in shipped.planted} <= gemeenten
    assert {gathering.gemeente for gathering in shipped.gatherings.values()} <= gemeenten
    assert {each for happening in shipped.planted for each in (happening.phenomenon, *happening.also)} <= phenomena
    assert {each for quiet in shipped.quiet for each in quiet.phenomena} <= phenomena


def test_happenings_and_calm_are_both_shipped() -> None:
    shipped = [load(name) for name in ids()]
    assert sum(bool(each.planted) for each in shipped) >= 5
    assert sum(not each.planted and bool(each.quiet) for each in shipped) >= 5
    assert len(list(DIRECTORY.glob("*"))) == len(shipped)
