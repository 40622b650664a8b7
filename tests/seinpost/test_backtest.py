"""A backtest on a small file: lines as promised, bad lines told, happenings, feedback and another configuration."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

import configuration
from contracts.alert import Kind, Severity
from contracts.codec import encode
from contracts.feedback import Feedback, Label
from seinpost.cli import app
from seinpost.hindsight import Happening, Span, against_feedback, compare, differences
from seinpost.replay import SETTINGS, Replay, projector_of
from seinpost.summary import lines_of
from services.anonymizer import lexicon
from services.anonymizer.secret import Secret
from tests.brokers.services import REPOSITORY
from tests.notifier.samples import MINUTE, alert

KEYS = (
    "id", "kind", "label", "gemeente", "region", "opened_at", "updated_at", "closed_at", "scale", "observed",
    "expected", "probability", "authors", "event_reference", "reason",
)  # fmt: skip
START = datetime.datetime(2024, 11, 11, 12, tzinfo=datetime.UTC)


def post(minute: float, text: str, author: str) -> dict[str, str]:
    at = START + datetime.timedelta(minutes=minute)
    return {"id": f"{minute}-{author}", "created_at": at.isoformat(), "text": text, "author": author, "source": "x"}


def posts() -> list[dict[str, str]]:
    """A wave of twenty people in Breda at 14:00 local time, a call in Rotterdam by three at 15:00."""
    chatter = [post(minute, "mooi weer in Utrecht", f"c{minute}") for minute in range(0, 360, 3)]
    wave = [post(60 + index / 2, "rellen in breda", f"w{index}") for index in range(20)]
    call = [post(120 + index, "morgen 20:00 coolsingel rotterdam kom allemaal, neem vuurwerk mee", f"o{index}") for index in range(3)]  # fmt: skip # noqa: E501
    return sorted(chatter + wave + call, key=lambda each: each["created_at"])


class Answer:
    """What a run said: alerts of stdout, the last line of stderr, and all of stderr."""

    def __init__(self, *arguments: object) -> None:
        answer = CliRunner().invoke(app, ["backtest", *map(str, arguments)])
        self.code, self.stderr, self.stdout = answer.exit_code, answer.stderr, answer.stdout
        self.alerts: list[dict[str, Any]] = [json.loads(line) for line in answer.stdout.splitlines()]
        self.summary: dict[str, Any] = json.loads(answer.stderr.splitlines()[-1]) if answer.exit_code == 0 else {}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "posts.jsonl"
    found.write_text("\n".join(map(json.dumps, posts())) + "\n")
    return found


@pytest.fixture
def stricter(tmp_path: Path) -> Path:
    """A call needs four people, a wave eighteen."""
    config = tmp_path / "config"
    shutil.copytree(REPOSITORY / "config", config)
    thresholds = config / "thresholds.yaml"
    text = thresholds.read_text().replace("call_authors: 3", "call_authors: 4")
    thresholds.write_text(text.replace("min_authors: 8", "min_authors: 18"))
    return config


def test_alerts_are_lines_with_exactly_the_promised_fields(file: Path) -> None:
    answer = Answer(file)
    assert answer.code == 0, answer.stderr
    assert [tuple(each) for each in answer.alerts] == [KEYS, KEYS]
    wave, call = answer.alerts
    assert (wave["kind"], wave["gemeente"], wave["region"]) == ("burst", "Breda", "VR20")
    assert wave["opened_at"].startswith("2024-11-11T13:0")
    assert wave["opened_at"].endswith("Z")
    assert wave["closed_at"] is not None
    assert (call["kind"], call["gemeente"], call["authors"]) == ("call", "Rotterdam", 3)
    assert call["event_reference"]["starts"] == "2024-11-12T20:00"
    assert answer.summary["posts"] == len(posts())
    assert answer.summary["alerts_per_day"] == {"VR17": 1.0, "VR20": 1.0}
    assert Answer(file).stdout == answer.stdout, "the same posts, the same bytes"


def test_bad_lines_are_told_with_their_number_and_nothing_of_what_they_hold(file: Path) -> None:
    good = file.read_bytes()
    bad = [
        b'{"id": 1, "created_at": "morgen om acht", "text": "geheim"}',
        b'{"id": 1, "geheim',
        b"\xff\xfe geheim",
        b"[]",
    ]
    file.write_bytes(b"\n".join(bad) + b"\n\n" + good + good.splitlines()[0] + b"\n" + b"x" * 1_000_001)
    answer = Answer(file)
    assert answer.code == 0
    told = [line.removeprefix(f"{file}:") for line in answer.stderr.splitlines() if line.startswith(f"{file}:")]
    last = len(posts()) + 6
    assert told == [
        "1: invalid_field at $.created_at", "2: invalid_json", "3: invalid_utf8", "4: invalid_field at $",
        f"{last}: duplicate", f"{last + 1}: too_large",
    ]  # fmt: skip
    assert "geheim" not in answer.stderr
    assert answer.summary["set_aside"] == 6
    assert answer.summary["set_aside_by_reason"]["invalid_field"] == 2
    assert len(answer.alerts) == 2


def test_many_bad_lines_do_not_bury_the_summary(file: Path) -> None:
    file.write_text("x\n" * 500 + file.read_text())
    answer = Answer(file)
    assert f"{file}: and 480 more lines that cannot be read" in answer.stderr
    assert answer.summary["set_aside"] == 500


def test_happenings_are_found_with_lead_time_or_missed(file: Path, tmp_path: Path) -> None:
    known = tmp_path / "gebeurd.jsonl"
    known.write_text(
        '{"label": "Breda", "starts": "2024-11-11T14:00", "ends": "2024-11-11T15:30", "gemeente": "Breda"}\n'
        '{"label": "Coolsingel", "starts": "2024-11-11", "ends": "2024-11-12T19:00Z", "phenomenon": "project-x"}\n'
        '{"label": "Te vroeg", "starts": "2024-11-11T10:00", "ends": "2024-11-11T14:00", "gemeente": "Breda"}\n'
        '{"label": "Zonder einde", "starts": "2024-11-11T10:00"}\n'
        '{"label": "Omgekeerd", "starts": "2024-11-12T10:00", "ends": "2024-11-11T10:00"}\n'
    )
    answer = Answer(file, "--happenings", known)
    assert answer.code == 0
    wave, call = answer.alerts
    opened = datetime.datetime.fromisoformat(wave["opened_at"])
    lead = (datetime.datetime(2024, 11, 11, 14, 30, tzinfo=datetime.UTC) - opened).total_seconds() // 60
    assert answer.summary["found"][0] == {"label": "Breda", "alert": wave["id"], "lead_minutes": lead}
    assert answer.summary["found"][1]["alert"] == call["id"]
    assert answer.summary["missed"] == ["Te vroeg"]
    for line in (4, 5):
        assert f"{known}:{line}: not used" in answer.stderr


def test_what_another_configuration_would_change(file: Path, stricter: Path, tmp_path: Path) -> None:
    known = tmp_path / "gebeurd.jsonl"
    known.write_text(
        '{"label": "Coolsingel", "starts": "2024-11-11T00:00", "ends": "2024-11-12T20:00", "gemeente": "Rotterdam"}\n'
    )
    answer = Answer(file, "--against", stricter, "--happenings", known)
    other = answer.summary["against"]
    assert answer.summary["missed"] == []
    assert other["missed"] == ["Coolsingel"]
    assert [each["id"] for each in other["disappears"]] == [answer.alerts[1]["id"]]
    (moved,) = other["moved"]
    assert moved["id"] == answer.alerts[0]["id"]
    assert moved["later_minutes"] > 0
    assert (other["alerts"], other["same"], other["appears"]) == (1, 0, [])
    back = Answer(file, "--config", stricter, "--against", REPOSITORY / "config").summary["against"]
    assert [each["label"] for each in back["appears"]] == [other["disappears"][0]["label"]]
    assert back["moved"][0]["later_minutes"] == -moved["later_minutes"]
    said = "\n".join(lines_of(answer.summary))
    assert f"~ {moved['label']}: {moved['later_minutes']} min later" in said
    assert f"- {other['disappears'][0]['opened_at']}" in said


def changed_copy(folder: Path, name: str, old: str, new: str) -> Path:
    config = folder / "changed"
    shutil.copytree(REPOSITORY / "config", config)
    text = (config / name).read_text()
    assert old in text
    (config / name).write_text(text.replace(old, new))
    return config


def test_another_closing_time_is_told_as_a_change(file: Path, tmp_path: Path) -> None:
    sooner = changed_copy(tmp_path, "thresholds.yaml", "close_after_minutes: 180", "close_after_minutes: 60")
    answer = Answer(file, "--against", sooner)
    other = answer.summary["against"]
    wave, _ = answer.alerts
    (changed,) = other["changed"]
    assert (changed["id"], changed["label"]) == (wave["id"], wave["label"])
    assert list(changed["changes"]) == ["closed_at"]
    before, after = changed["changes"]["closed_at"]
    assert before == wave["closed_at"]
    sooner_by = datetime.datetime.fromisoformat(before) - datetime.datetime.fromisoformat(after)
    assert sooner_by == datetime.timedelta(minutes=120)
    assert (other["same"], other["moved"], other["appears"], other["disappears"]) == (1, [], [], [])
    said = "\n".join(lines_of(answer.summary))
    assert "2 alerts, 1 the same" in said
    assert f"* {wave['label']}: closed_at {before} → {after}" in said


def test_another_severity_is_told_as_a_change(file: Path, tmp_path: Path) -> None:
    milder = changed_copy(tmp_path, "phenomena/project-x.yaml", "severity: high", "severity: low")
    answer = Answer(file, "--against", milder)
    other = answer.summary["against"]
    (changed,) = other["changed"]
    assert changed["id"] == answer.alerts[1]["id"]
    assert changed["changes"] == {"severity": ["high", "low"]}
    assert other["same"] == 1
    assert f"* {changed['label']}: severity high → low" in "\n".join(lines_of(answer.summary))
    unchanged = Answer(file, "--against", REPOSITORY / "config").summary["against"]
    assert (unchanged["same"], unchanged["changed"]) == (2, [])


def test_every_field_that_people_notice_is_compared() -> None:
    known = alert()
    crowd = msgspec.structs.replace(known.observation, coordinated=True)
    other = alert(
        severity=Severity.LOW,
        kind=Kind.CALL,
        closed_minute=MINUTE + 60,
        reason="Anders.",
        label="Ook",
        observation=crowd,
    )
    assert compare([known], [other]).changed == ((known, other),)
    assert differences(known, other) == {
        "severity": ("medium", "low"),
        "kind": ("burst", "call"),
        "closed_at": (None, "2020-12-15T19:40:00Z"),
        "reason": (known.reason, "Anders."),
        "coordinated": (False, True),
        "label": (known.label, "Ook"),
    }


def test_feedback_counts(file: Path, stricter: Path, tmp_path: Path) -> None:
    wave, call = Answer(file).alerts
    opened = datetime.datetime.fromisoformat(wave["opened_at"])

    def line(alert_id: str, label: Label, phenomenon: str, gemeente: str, **changed: Any) -> bytes:
        values = {"opened_at": opened, "config_version": "v"} | changed
        return encode(Feedback(alert=alert_id, label=label, phenomenon=phenomenon, gemeente=gemeente, **values))

    said = tmp_path / "oordeel.jsonl"
    said.write_bytes(
        b"\n".join(
            [
                line("of another version", Label.RIGHT, "rellen", "Breda"),
                line(call["id"], Label.RIGHT, "oproep", "Rotterdam"),
                line(call["id"], Label.WRONG, "oproep", "Rotterdam"),
                line("never again", Label.WRONG, "voetbal", "Zwolle"),
                line("long ago", Label.RIGHT, "rellen", "Breda", opened_at=opened - datetime.timedelta(days=9)),
                line("practice", Label.EXERCISE, "rellen", "Breda"),
                b'{"contract": "feedback.v9"}',
            ]
        )
    )
    answer = Answer(file, "--feedback", said, "--against", stricter)
    assert f"{said}:7: not used" in answer.stderr
    assert answer.summary["feedback"] == {
        "right_kept": 1,
        "right_lost": [],
        "wrong_kept": [call["id"]],
        "wrong_gone": 1,
        "precision": 0.5,
        "alerts_without_label": 0,
        "labels_not_used": 2,
    }
    assert answer.summary["against"]["feedback"]["precision"] == 1.0
    assert answer.summary["against"]["feedback"]["wrong_gone"] == 2
    assert "50% of the judged alerts were right" in "\n".join(lines_of(answer.summary))


@pytest.mark.parametrize(
    "arguments", [["--config", "geen"], ["--lexicon", "geen.gz"], ["--against", "geen"], ["--feedback", "geen"]]
)
def test_what_cannot_be_run_is_one_line_and_exit_2(file: Path, arguments: list[str]) -> None:
    answer = Answer(file, *arguments)
    assert answer.code == 2
    assert answer.stderr.startswith("backtest cannot run: ")
    assert "Traceback" not in answer.stderr


def test_an_empty_file_is_no_alert_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "leeg.jsonl").write_text("")
    answer = Answer(tmp_path / "leeg.jsonl")
    assert (answer.code, answer.stdout, answer.summary["posts"]) == (0, "", 0)


def test_one_happening_under_two_configurations_is_paired_by_place_and_time() -> None:
    known = alert(closed_minute=MINUTE + 300)
    later = alert(id="b", opened_minute=MINUTE + 200, closed_minute=MINUTE + 300)
    renamed = alert(id="c", phenomenon="oproep")
    elsewhere = alert(id="d", place=msgspec.structs.replace(known.place, gemeente="Breda"))
    unplaced = alert(id="e", place=msgspec.structs.replace(known.place, gemeente=None))
    long_after = alert(id="f", opened_minute=MINUTE + 900, updated_minute=MINUTE + 900, event=None)
    for other in (later, renamed, unplaced):
        assert compare([known], [other]).moved == ((known, other),)
    for other in (elsewhere, long_after):
        change = compare([known], [other])
        assert (change.disappeared, change.appeared) == ((known,), (other,))
    assert compare([known], [renamed, later]).moved == ((known, later),), "the same phenomenon goes first"
    assert compare([known], [known]).same == (known,)


def test_only_the_last_word_of_an_operator_counts() -> None:
    at = datetime.datetime.fromtimestamp(MINUTE * 60, datetime.UTC)
    words = [
        Feedback(
            alert="a1b2c3", label=label, phenomenon="rellen", gemeente="Rotterdam", opened_at=at, config_version="v"
        )
        for label in (Label.WRONG, Label.RIGHT)
    ]
    found = against_feedback(words, [alert()], Span(first=MINUTE - 10, last=MINUTE + 10))
    assert (found["right_kept"], found["wrong_kept"]) == (1, [])


def test_times_of_happenings_are_local_unless_they_say_otherwise() -> None:
    with pytest.raises(ValueError, match="before"):
        Happening(label="x", starts="2024-11-11T14:00", ends="2024-11-11T12:59Z")
    Happening(label="x", starts="2024-11-11T14:00", ends="2024-11-11T13:00Z")


def test_two_replays_know_an_author_by_one_token_and_live_by_another() -> None:
    """Crowds beyond 1,024 are estimated from these tokens: a backtest must repeat itself to the byte."""
    config = configuration.load(REPOSITORY / "config")
    projector = projector_of(config, lexicon.load(SETTINGS.lexicon))
    one, two = Replay(config, projector), Replay(config, projector)
    line = b'{"id":"1","created_at":"2021-11-18T15:00:00Z","text":"rellen in Rotterdam","author":"somebody"}'
    (first,), (second,) = one.project(line, 0), two.project(line, 0)
    assert first.author == second.author is not None
    assert Secret(0).token(b"author", "x", "y") != Secret(0).token(b"author", "x", "y")
