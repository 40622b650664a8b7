"""One gathering out of one post: where, when, the call, what to bring."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from configuration import load
from services.detector.events import CallStrength, Reader
from tests.detector.sentences import Tokens

ZONE = ZoneInfo("Europe/Amsterdam")
POSTED = datetime(2021, 11, 18, 15, tzinfo=ZONE)


@pytest.fixture(scope="module")
def read():
    configuration = load(Path(__file__).parents[2] / "config")
    reader, tokens = Reader(configuration), Tokens(configuration)

    def reading(sentence, posted=POSTED, region=None):
        return reader.read(tokens.of(sentence), int(posted.timestamp()) // 60, region)

    return reading


def test_the_coolsingel_message(read):
    reading = read("Morgen 20:00 coolsingel, neem vuurwerk mee, deel dit massaal")
    assert reading.event_key == "GM0599|coolsingel|2021-11-19T20:00"
    assert reading.strength is CallStrength.STRONG
    event = reading.reference()
    assert (event.gemeente, event.place, event.starts) == ("Rotterdam", "Coolsingel", "2021-11-19T20:00")
    assert event.call
    assert "vuurwerk" in event.objects


def test_the_utrecht_message(read):
    reading = read(
        "Utrecht in opstand. 26-11-21, 19.30, Kanaalstraat, Be there!!! Neem je matties & vuurwerk mee",
        datetime(2021, 11, 25, 18, tzinfo=ZONE),
    )
    assert reading.event_key == "GM0344|kanaalstraat|2021-11-26T19:30"
    assert reading.strength is CallStrength.STRONG


@pytest.mark.parametrize(
    "sentence",
    [
        "Morgen 20:00 coolsingel kom allemaal",
        "morgenavond 8 uur op de Coolsingel, komt allen",
        "vrijdag 20u koolsingel be there",
        "19-11-21, 20.00 uur, Coolsingel Rotterdam, deel dit massaal",
        "om 20:00 coolsingel morgen, verzamelen!",
        "verzamelen vrijdagavond 8 uur coolsingel 010",
        "iedereen naar de coolsingel a.s. vrijdag 20.00",
        "vrijdag 19 november 20:10 coolsingel kom allemaal",
    ],
)
def test_spellings_and_clocks_of_one_gathering_share_a_key(read, sentence):
    assert read(sentence).event_key == "GM0599|coolsingel|2021-11-19T20:00"


@pytest.mark.parametrize(
    ("sentence", "call"),
    [
        ("morgen 20:00 coolsingel, neem vuurwerk mee", "neem mee"),
        ("neem zwaar vuurwerk en bivak mee, coolsingel 20:00", "neem mee"),
        ("breng cobra's mee morgen 20:00 coolsingel", "neem mee"),
        ("kom morgen om 20:00 allemaal, coolsingel", "kom allemaal"),
    ],
)
def test_a_call_taken_apart_is_a_call(read, sentence, call):
    reading = read(sentence)
    assert call in reading.calls
    assert reading.strength is CallStrength.STRONG


@pytest.mark.parametrize(
    "sentence", ["neem geen vuurwerk mee", "ik neem de tram. loop mee met de mars van zes tot mee"]
)
def test_not_every_neem_and_mee_calls(read, sentence):
    assert "neem mee" not in read(sentence).calls


def test_another_hour_is_another_key(read):
    assert read("morgen 22:00 coolsingel").event_key != read("morgen 20:00 coolsingel").event_key


def test_a_call_without_a_time_is_weak(read):
    assert read("kom allemaal naar de coolsingel").strength is CallStrength.WEAK


def test_place_and_time_without_a_call_is_no_call(read):
    reading = read("vanavond 20:00 concert in Utrecht")
    assert reading.strength is CallStrength.NONE
    assert reading.event_key is not None
    assert not reading.reference().call


@pytest.mark.parametrize(
    "sentence",
    [
        "kom allemaal niet naar de coolsingel morgen 20:00",
        "deel dit massaal: coolsingel morgen 20:00 gaat niet door",
        "coolsingel morgen 20:00 afgelast, deel dit massaal",
        "blijf weg van de coolsingel morgen 20:00, deel dit massaal",
    ],
)
def test_who_says_not_to_come_does_not_call(read, sentence):
    reading = read(sentence)
    assert reading.calls == ()
    assert reading.strength is CallStrength.NONE


def test_a_report_of_yesterday_is_no_gathering(read):
    assert read("gisteren 20:00 rellen op de coolsingel, kom allemaal").event_key is None


def test_a_whole_week_is_no_appointment(read):
    assert read("deze week allemaal naar Utrecht").event_key is None


def test_a_weekend_is_an_appointment(read):
    assert read("dit weekend kom allemaal naar Utrecht").event_key == "GM0344||2021-11-20"


def test_an_hour_goes_before_a_day(read):
    assert read("zaterdag feest, maar morgen 20:00 coolsingel").starts == "2021-11-19T20:00"


def test_now_is_told_to_the_hour(read):
    later = datetime(2021, 11, 18, 15, 40, tzinfo=ZONE)
    assert read("nu allemaal naar de coolsingel").event_key == read("nu rellen op de Coolsingel", later).event_key


def test_moved_takes_the_new_place_and_time(read):
    reading = read("morgen 20:00 coolsingel is verplaatst naar het Zuidplein 21:00, kom allemaal")
    assert reading.moved
    assert reading.event_key == "GM0599|zuidplein|2021-11-19T21:00"


def test_a_place_that_stays_open_keeps_its_name_in_the_key(read):
    reading = read("vrijdag 20:00 in Haren, kom allemaal")
    assert reading.event_key == "haren|haren|2021-11-19T20:00"
    assert set(reading.place.candidates) == {"Groningen", "Oss"}


def test_the_region_of_the_source_settles_it(read):
    assert read("vrijdag 20:00 in Haren", region="VR01").place.gemeente == "Groningen"


def test_nothing_said_is_nothing_read(read):
    reading = read("wat een mooie dag vandaag in het park")
    assert reading.event_key is None
    assert reading.reference() is None
    assert reading.strength is CallStrength.NONE


@pytest.mark.parametrize(
    "sentence",
    [
        "rellen coolsingel verplaatst naar zaterdag 20:00",
        "coolsingel van vrijdag naar zaterdag 20:00 verplaatst",
        "rellen coolsingel verzet naar zaterdag 20:00",
        "rellen coolsingel van vrijdag uitgesteld, nu zaterdag 20:00",
        "nieuwe datum: zaterdag 20:00 coolsingel, kom allemaal",
        "andere dag! coolsingel zaterdag 20.00 neem vuurwerk mee",
        "coolsingel zaterdag 20:00 in plaats van vrijdag 20:00 kom allemaal",
        "wordt zaterdag 20:00 ipv vrijdag, coolsingel, deel dit massaal",
        "niet vrijdag maar zaterdag 20:00 coolsingel kom allemaal",
        "vrijdag gaat niet door, zaterdag 20:00 coolsingel kom allemaal",
        "vrijdag afgelast, zaterdag 20:00 coolsingel kom allemaal",
    ],
)
def test_another_day_is_the_new_one_and_is_told_as_a_move(read, sentence):
    reading = read(sentence)
    assert (reading.event_key, reading.moved) == ("GM0599|coolsingel|2021-11-20T20:00", True)


@pytest.mark.parametrize(
    "sentence",
    [
        "kom in verzet vrijdag 20:00 coolsingel",
        "niet verplaatst! vrijdag 20:00 coolsingel kom allemaal",
        "mooie plek vrijdag 20:00 coolsingel kom allemaal",
        "vrijdag 20:00 coolsingel, zaterdag ook, kom allemaal",
    ],
)
def test_resistance_a_spot_and_a_second_day_move_nothing(read, sentence):
    reading = read(sentence)
    assert (reading.event_key, reading.moved) == ("GM0599|coolsingel|2021-11-19T20:00", False)
