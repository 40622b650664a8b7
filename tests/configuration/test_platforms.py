"""The directory of platforms: strict, with file, line and reason; and no address in what Seinpost ships."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from configuration import InvalidConfiguration, load
from configuration.document import read
from configuration.platforms import Desk, Platforms
from seinpost.check import READ
from tests.brokers.services import REPOSITORY

SHIPPED = REPOSITORY / "config" / "platforms.yaml"


def written(tmp_path: Path, text: str) -> Platforms:
    file = tmp_path / "platforms.yaml"
    file.write_text(text, encoding="utf-8")
    return read(file, Platforms)


def test_what_is_shipped_names_platforms_and_no_address() -> None:
    found = load(REPOSITORY / "config").platforms
    assert {"tiktok", "instagram", "snapchat", "x", "telegram", "youtube"} <= {
        platform.id for platform in found.platforms
    }
    assert all(set(platform.points) == set(Desk) for platform in found.platforms)
    assert {point.contact for platform in found.platforms for point in platform.points.values()} == {None}
    assert found.organisations == ()
    facts = re.sub(r"(?m)^#.*$", "", SHIPPED.read_text(encoding="utf-8"))
    assert not re.search(r"://|@|www\.|\.(com|nl|org|net)\b", facts)
    assert SHIPPED.name in READ


PLATFORM = "platforms:\n  - id: proef\n    name: Proef\n    points:\n      notice: "


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        (PLATFORM + "{means: form, contact: 'http://melden.example'}", 5, "begins with https://"),
        (PLATFORM + "{means: form, contact: meld@example.nl}", 5, "begins with https://"),
        (PLATFORM + "{means: email, contact: 'https://melden.example'}", 5, "must be an e-mail address"),
        (PLATFORM + "{means: email, contact: 'a@b, c@d'}", 5, "must be an e-mail address"),
        (PLATFORM + "{means: fax, contact: null}", 5, "means"),
        (PLATFORM + "{means: form, adres: null}", 5, "is not known here"),
        (PLATFORM + "{means: form, fields: [schoenmaat]}", 5, "fields"),
        ("platforms:\n  - {id: proef, name: Proef, points: {}}", 2, "points"),
        (PLATFORM.replace("notice", "meldpunt") + "{means: form}", 5, "points"),
        (
            "platforms:\n  - id: proef\n    name: Proef\n    answer_hours: 0\n    points: {terms: {means: form}}",
            4,
            "hours",
        ),
        ("organisations:\n  - {regions: [VR17], name: Voorbeeld, email: geen-adres}", 2, "email"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(tmp_path: Path, text: str, line: int, reason: str) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        written(tmp_path, text)
    assert next(problem.line for problem in refused.value.problems) == line, str(refused.value)
    assert reason in str(refused.value)


def test_nothing_stands_twice(tmp_path: Path) -> None:
    one = "  - {id: proef, name: Proef, points: {terms: {means: form}}}\n"
    with pytest.raises(InvalidConfiguration, match="two platforms have the id proef"):
        written(tmp_path, "platforms:\n" + one + one)
    mine = "  - {regions: [VR17], name: Voorbeeld, email: m@example.nl}\n"
    with pytest.raises(InvalidConfiguration, match="two organisations report for VR17"):
        written(tmp_path, "organisations:\n" + mine + mine)


def test_an_organisation_of_a_region_that_is_none_is_refused(tmp_path: Path) -> None:
    for entry in (REPOSITORY / "config").iterdir():
        if entry.name != "platforms.yaml":
            (tmp_path / entry.name).symlink_to(entry)
    (tmp_path / "platforms.yaml").write_text(
        "organisations:\n  - {regions: [VR71], name: Voorbeeld, email: m@example.nl}\n"
    )
    with pytest.raises(
        InvalidConfiguration, match=r"platforms.yaml:2: VR71 is not a veiligheidsregio \(did you mean VR"
    ):
        load(tmp_path)


def test_a_region_reports_in_its_own_name_before_that_of_all(tmp_path: Path) -> None:
    found = written(
        tmp_path,
        "organisations:\n  - {regions: ['*'], name: Landelijk, email: l@example.nl}\n"
        "  - {regions: [VR17], name: Rotterdam, email: r@example.nl}\n",
    )
    assert [getattr(found.organisation(region), "name", None) for region in ("VR17", "VR01", "landelijk")] == [
        "Rotterdam", "Landelijk", "Landelijk",
    ]  # fmt: skip
    assert Platforms().organisation("VR17") is None
