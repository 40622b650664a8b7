"""schemathesis asks everything that the description of the API allows and forbids: no 5xx, and no status, media type or
shape that is not in it. That nothing is open to strangers is proven in `test_matrix.py`.
"""

from __future__ import annotations

import asyncio
import sys

import pytest

from tests.brokers.services import REPOSITORY
from tests.notifier.access.conftest import Guarded
from tests.notifier.samples import alert, health

CHECKS = (
    "not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance",
    "response_headers_conformance",
)  # fmt: skip
EXAMPLES = 2
"""Per operation, beside the boundary values of every parameter. For a longer search: `st run` by hand."""


@pytest.mark.thorough
@pytest.mark.timeout(600)
async def test_the_api_is_as_it_describes_itself(guarded: Guarded) -> None:
    await guarded.served.arrives(alert(), health())
    browser = await guarded.signed_in("operator-alles", "analist-alles", "beheerder-alles")
    header = f"Cookie: seinpost={browser.cookies['seinpost']}"
    asking = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "schemathesis.cli", "run", f"{guarded.url}/openapi.json",
        "--phases", "examples,coverage,fuzzing", "--checks", ",".join(CHECKS), "--max-examples", str(EXAMPLES),
        "--header", header, "--seed", "7", "--suppress-health-check", "all", "--warnings", "off", "--no-color",
        "--exclude-path", "/v1/events",  # it has no end; test_events_contract.py
        cwd=REPOSITORY, stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asking.communicate()
    text = output.decode(errors="replace")
    assert asking.returncode == 0, text[-8000:]
    assert "passed" in text
