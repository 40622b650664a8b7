"""A watch without a valid mandate does not run: what a mandate covers, from when until when, and what is refused."""

import datetime
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from configuration import InvalidConfiguration, load
from configuration.mandates import AMSTERDAM, Mandate, cover

CONFIG = Path(__file__).parents[2] / "config"
EXAMPLE = CONFIG / "mandates" / "voorbeeld.yaml"
SECOND = datetime.timedelta(seconds=1)


def mandate(**changed):
    fields = {
        "id": "haren",
        "title": "Feesten in Groningen",
        "reason": "Een uitnodiging liep in 2012 uit op rellen.",
        "ground": {
            "kind": "general-picture",
            "article": "artikel 172, eerste lid, Gemeentewet",
            "checked": "2026-11-01",
        },
        "without_personal_data": "Alleen woorden en plaatsen worden geteld.",
        "lighter_means": [{"means": "wijkagent", "why_not_enough": "Dat komt pas als mensen al onderweg zijn."}],
        "limits": ["Niemand wordt gevolgd, ook geen groep."],
        "decision": {"by": "burgemeester", "on": "2026-06-01", "reference": "B-12"},
        "dpo_advice": {"by": "functionaris", "on": "2026-06-01", "outcome": "Akkoord voor een half jaar."},
        "dpia": "DPIA-4",
        "regions": ["VR01"],
        "phenomena": ["project-x"],
        "sources": ["bluesky"],
        "from": "2026-07-01 00:00",
        "until": "2026-12-01 00:00",
    }
    return Mandate.model_validate(fields | changed)


END = datetime.datetime(2026, 12, 1, tzinfo=AMSTERDAM)
WITHIN = datetime.datetime(2026, 9, 1, 12, tzinfo=AMSTERDAM)


def test_it_ends_at_the_second_it_says():
    assert cover([mandate()], END - SECOND).allows("project-x", "bluesky", "VR01")
    assert not cover([mandate()], END).allows("project-x", "bluesky", "VR01")
    assert not cover([mandate()], END + SECOND).allows("project-x", "bluesky", "VR01")
    assert cover([mandate()], END - SECOND).changes_at == END
    assert cover([mandate()], END).changes_at is None


def test_the_hour_that_comes_twice_is_no_hour_of_grace():
    """Clocks go back on 25 October 2026: 02:30 comes twice, and a mandate ends at the first."""
    ends = mandate(until="2026-10-25 02:30")
    first = datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)
    assert ends.valid_at(first - SECOND)
    assert not ends.valid_at(first)
    assert not ends.valid_at(first + datetime.timedelta(minutes=45))


@pytest.mark.parametrize(
    ("phenomenon", "source", "region"),
    [("rellen", "bluesky", "VR01"), ("project-x", "mastodon", "VR01"), ("project-x", "bluesky", "VR02")],
)
def test_it_covers_nothing_it_does_not_name(phenomenon, source, region):
    assert not cover([mandate()], WITHIN).allows(phenomenon, source, region)


def test_only_a_mandate_for_the_whole_country_covers_what_has_no_place():
    assert not cover([mandate()], WITHIN).allows("project-x", "bluesky", None)
    assert cover([mandate(regions=["*"])], WITHIN).allows("project-x", "bluesky", None)


def test_two_mandates_do_not_lend_each_other_what_they_lack():
    two = [mandate(), mandate(id="tweede", phenomena=["rellen"], sources=["mastodon"], regions=["VR02"])]
    assert not cover(two, WITHIN).allows("project-x", "mastodon", "VR01")
    assert cover(two, WITHIN).reads("mastodon")
    assert not cover(two, WITHIN).reads("rss")


@given(st.datetimes(datetime.datetime(2026, 1, 1), datetime.datetime(2027, 12, 31), timezones=st.just(datetime.UTC)))
def test_until_it_next_changes_the_cover_stays_the_same(now):
    two = [mandate(), mandate(id="tweede", **{"from": "2026-11-01 00:00", "until": "2027-03-01 00:00"})]
    first = cover(two, now)
    last = (first.changes_at or now + datetime.timedelta(days=365)) - SECOND
    if last > now:
        assert cover(two, last).mandates == first.mandates
    if first.changes_at is not None:
        assert cover(two, first.changes_at).mandates != first.mandates


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"until": "2026-06-01 00:00"}, "until must be later than from"),
        ({"until": "2026-12-01T00:00+01:00"}, "without an offset"),
        ({"from": "2026-05-01 00:00"}, "on or after the day of its decision"),
        ({"lighter_means": []}, "at least 1 item"),
        ({"limits": []}, "at least 1 item"),
        ({"dpia": ""}, "at least 3"),
        ({"decision": {"by": "jan de vries", "on": "2026-06-01", "reference": "B-12"}}, "is a person's name"),
    ],
)
def test_gaps_are_refused(changed, reason):
    with pytest.raises(ValueError, match=reason):
        mandate(**changed)


def test_what_does_not_exist_is_refused_with_file_line_and_suggestion(tmp_path):
    shutil.copytree(CONFIG, tmp_path, dirs_exist_ok=True)
    file = tmp_path / "mandates" / "voorbeeld.yaml"
    text = EXAMPLE.read_text(encoding="utf-8").replace('regions: ["*"]', "regions: [VR77]")
    file.write_text(text.replace('phenomena: ["*"]', "phenomena: [project-y]"), encoding="utf-8")
    with pytest.raises(InvalidConfiguration) as error:
        load(tmp_path)
    found = {(Path(one.file).name, one.reason, one.suggestion) for one in error.value.problems}
    assert ("voorbeeld.yaml", "project-y is not a phenomenon", "did you mean project-x?") in found
    assert any(reason == "VR77 is not a veiligheidsregio" for _, reason, _ in found)
