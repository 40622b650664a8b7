"""Settings of Faust without which a worker stops for ever."""

from __future__ import annotations

from pathlib import Path

from broker.settings import BrokerSettings
from services.detector.behind import MOVING_PATIENCE_S
from services.detector.faust_app import faust_app
from services.detector.settings import DetectorSettings


def test_a_worker_that_was_busy_for_long_may_join_its_group_again(tmp_path: Path) -> None:
    """Whether it hangs is judged by `services.detector.behind`, long before the client would."""
    app = faust_app(DetectorSettings(data_dir=tmp_path), BrokerSettings())
    assert app.conf.broker_max_poll_interval > 100 * MOVING_PATIENCE_S
