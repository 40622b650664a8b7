"""Found, missed, and what should have stayed quiet."""

from __future__ import annotations

from exercises.scenario import load, minute_of
from exercises.verdict import Opened, judge

HAREN = load("haren-2012")
STARTS = minute_of(HAREN.planted[0].starts)  # type: ignore[arg-type]


def alert(minute: int, gemeente: str | None = "Groningen", phenomenon: str = "project-x") -> Opened:
    return Opened(id=f"{phenomenon}-{gemeente}-{minute}", phenomenon=phenomenon, gemeente=gemeente, minute=minute)


def test_the_first_fitting_alert_counts_with_its_lead() -> None:
    verdict = judge(HAREN, [alert(STARTS - 600), alert(STARTS - 60)])
    assert verdict.found[0].alert == alert(STARTS - 600)
    assert verdict.found[0].lead_minutes == 600
    assert verdict.passed


def test_every_further_alert_of_a_happening_is_a_repeat() -> None:
    first, second, third = alert(STARTS - 600), alert(STARTS - 60), alert(STARTS - 30)
    elsewhere = alert(STARTS - 60, "Oss")
    verdict = judge(HAREN, [third, first, elsewhere, second])
    assert verdict.repeats == (second, third)
    assert verdict.beside == (elsewhere,)
    assert verdict.passed
    assert judge(HAREN, [first]).repeats == ()


def test_the_first_alert_of_another_happening_is_no_repeat() -> None:
    later = HAREN.planted[0].model_copy(update={"phenomenon": "rellen"})
    both = HAREN.model_copy(update={"planted": (*HAREN.planted, later)})
    first, other = alert(STARTS - 600), alert(STARTS - 60, phenomenon="rellen")
    assert judge(both, [first, other]).repeats == ()
    assert judge(both, [first, other, alert(STARTS - 30)]).repeats == (alert(STARTS - 30),)


def test_another_place_phenomenon_or_time_does_not_count() -> None:
    others = [alert(STARTS - 600, "Oss"), alert(STARTS - 600, None), alert(STARTS - 600, phenomenon="rellen")]
    verdict = judge(HAREN, [*others, alert(STARTS)])
    assert verdict.found[0].alert is None
    assert not verdict.passed
    assert set(verdict.beside) == {*others, alert(STARTS)}


def test_an_alert_in_a_quiet_time_fails_the_run() -> None:
    early = alert(HAREN.quiet[0].minutes[0] + 60, "Breda", "oproep")
    verdict = judge(HAREN, [early, alert(STARTS - 600)])
    assert verdict.broke_quiet == (early,)
    assert not verdict.passed


def test_the_end_of_a_quiet_time_is_exclusive() -> None:
    after = HAREN.quiet[0].minutes.stop
    assert judge(HAREN, [alert(after)]).broke_quiet == ()
    assert judge(HAREN, [alert(after - 1)]).broke_quiet == (alert(after - 1),)


def test_a_quiet_time_of_some_phenomena_lets_others_pass() -> None:
    calm = load("demonstratie-malieveld")
    minute = calm.minutes[100]
    assert judge(calm, [alert(minute, "Den Haag", "demonstratie")]).passed
    assert not judge(calm, [alert(minute, "Den Haag", "rellen")]).passed


def test_a_happening_may_be_reported_under_a_related_phenomenon() -> None:
    call = load("coolsingel-2021")
    minute = minute_of(call.planted[0].from_) + 60
    assert judge(call, [alert(minute, "Rotterdam", "rellen")]).passed
