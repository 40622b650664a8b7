"""Templates, what every page needs, and the form token."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape
from starlette.responses import HTMLResponse, Response

from contracts.raw_post import PROBE
from contracts.source_health import SourceHealth, Status
from services.notifier.access.actor import Actor, Means
from services.notifier.access.permissions import Permission
from services.notifier.access.policy import POLICY
from services.notifier.console import design, times, words
from services.notifier.console.present import Card, present
from services.notifier.life import UNSEEN
from services.notifier.room import Room, actor, newest_event, room
from services.notifier.sight import CHAIN
from services.notifier.stages import KIND as STAGE
from services.notifier.store import alerts, notices
from services.notifier.store.alerts import Case

HERE = Path(__file__).parent
STATIC = HERE / "static"
TOKEN_COOKIE, THEME_COOKIE = "seinpost-form", "seinpost-theme"
TOKEN_MARK = secrets.token_hex(16)
"""Nobody can write this into an alert: it is of this process alone."""
ACTOR_MARK = secrets.token_hex(16)
"""Where the name of who looks comes: people who may see the same share a rendering."""
THEMES = {"auto": "Volgt dit apparaat", "light": "Licht", "dark": "Donker", "night": "Nacht"}
PAGES = (
    ("/", "Nu"),
    ("/kaart", "Kaart"),
    ("/beeld", "Beeld"),
    ("/archief", "Archief"),
    ("/dossiers", "Dossiers"),
    ("/oefeningen", "Oefeningen"),
    ("/dempingen", "Dempingen"),
    ("/platformmeldingen", "Platformmeldingen"),
    ("/bronnen", "Bronnen"),
    ("/dienstoverdracht", "Dienstoverdracht"),
    ("/instellingen", "Instellingen"),
    ("/toegang", "Toegang"),
)

TheRoom = Annotated[Room, Depends(room)]
TheActor = Annotated[Actor, Depends(actor)]


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {
        "words": words,
        "times": times,
        "themes": THEMES,
        "static": _static_version(),
    }
    return environment


def _static_version() -> str:
    """Changes with the files, so that a browser never runs an old script against new pages."""
    digest = hashlib.sha256(design.sheet())
    for file in sorted(STATIC.iterdir()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:10]


_templates = _environment()


_TOKEN = re.compile(r"[A-Za-z0-9_-]{32,64}")


def token_of(request: Request) -> str:
    """The form token: of the session, or without sign-in of this browser; a new one when it has none yet."""
    if key := actor(request).form_key:
        return key.hex()
    known = request.cookies.get(TOKEN_COOKIE, "")
    return known if _TOKEN.fullmatch(known) else secrets.token_urlsafe(32)


def token_is_right(request: Request, sent: str) -> bool:
    """A form of ours carries the token of the session, or of the cookie; another site can neither read nor set it."""
    if key := actor(request).form_key:
        return hmac.compare_digest(key.hex().encode(), sent.encode())
    known = request.cookies.get(TOKEN_COOKIE, "")
    return len(known) >= 32 and hmac.compare_digest(known.encode(), sent.encode())


class Sight:
    """What the sources see, in one line. Silence is never called calm while one is blind."""

    def __init__(self, everything: list[SourceHealth]) -> None:
        self.stages = [health for health in everything if health.kind == STAGE]
        """What works posts off. No source: it is told of only when it does not."""
        self.idle = [health for health in self.stages if health.status is Status.BLIND]
        self.working = [health for health in self.stages if health.status is not Status.BLIND]
        self.all = found = [health for health in everything if health.kind != STAGE]
        # What tries the chain sees nothing of the world: it counts only when it fails.
        seeing = [health for health in found if health.exercise != PROBE]
        self.live = [health for health in seeing if health.status is Status.LIVE]
        self.late = [health for health in seeing if health.status is Status.LATE]
        blind = [health for health in found if health.status is Status.BLIND and health.source != CHAIN]
        # A source of an exercise may be paused: nothing real is hidden from us then.
        self.blind = [health for health in blind if health.exercise in (None, PROBE)]
        self.resting = [health for health in blind if health.exercise not in (None, PROBE)]
        self.ended = [health for health in seeing if health.status is Status.ENDED]
        self.probing = [health for health in found if health.exercise == PROBE and health.status is not Status.BLIND]
        self.broken = next((one for one in found if one.source == CHAIN and one.status is Status.BLIND), None)
        self.watching = sum(health.exercise is None for health in self.live + self.late)
        self.lagging = sum(health.exercise is None for health in self.late)
        self.practising = len(self.live) + len(self.late) - self.watching
        self.whole = bool(self.watching) and not self.blind and not self.idle and self.broken is None
        """Nothing that happens can be hidden from us."""


async def page(request: Request, the_room: Room, template: str, *, status: int = 200, **values: Any) -> Response:
    """Render a whole page. Values of every page: counts, sight of the sources, theme, token, moment."""
    return answer(request, the_room, await render(request, the_room, template, **values), status)


async def render(request: Request, the_room: Room, template: str, **values: Any) -> str:
    """The page with `TOKEN_MARK` where the form token of a browser comes."""
    who = actor(request)
    async with the_room.database.reading() as connection:
        unseen = await alerts.waiting(connection, who.reach(Permission.READ_ALERTS), UNSEEN)
        sight = Sight(await the_room.sources(connection))
        told = await notices.active(connection)
    context = _shared(request, the_room, unseen)
    context |= {"sight": sight, "notices": told, "theme": theme_of(request), "token": TOKEN_MARK, **values}
    return _templates.get_template(template).render(context)


def answer(request: Request, the_room: Room, html: str, status: int = 200) -> Response:
    token = token_of(request)
    name = str(escape(actor(request).name))
    response = HTMLResponse(html.replace(TOKEN_MARK, token).replace(ACTOR_MARK, name), status_code=status)
    if not actor(request).form_key and request.cookies.get(TOKEN_COOKIE) != token:
        # Lax: a link from elsewhere opens the console with its token; a form from elsewhere comes without.
        response.set_cookie(TOKEN_COOKIE, token, httponly=True, samesite="lax")
    return response


def may_open(who: Actor, path: str) -> bool:
    needed = POLICY.get(("GET", path))
    return isinstance(needed, Permission) and who.may(needed)


def theme_of(request: Request) -> str:
    theme = request.cookies.get(THEME_COOKIE, "auto")
    return theme if theme in THEMES else "auto"


def _shared(request: Request, the_room: Room, unseen: dict[bool, int]) -> dict[str, Any]:
    who = actor(request)
    return {
        "path": request.url.path,
        "now_ms": the_room.now_ms(),
        "unseen": unseen[False],
        "unseen_exercises": unseen[True],
        "seq": newest_event(request),
        "actor": ACTOR_MARK,
        "one_machine": who.means is Means.LOCAL,
        "signed_in": who.means is Means.SESSION,
        "pages": [(path, name) for path, name in PAGES if may_open(who, path)],
        "config_version": the_room.configuration.version,
    }


ERRORS = {
    400: "Dit verzoek klopt niet",
    401: "U bent niet aangemeld",
    403: "Dit mag niet",
    404: "Niet gevonden",
    405: "Dit kan niet op deze manier",
    409: "Dit kan niet meer",
    413: "Dit is te groot",
    429: "Te veel verzoeken",
    500: "Er ging iets mis bij Seinpost",
}


HELP = {
    404: "Misschien klopt het adres niet, of is de melding na haar bewaartijd verwijderd.",
    500: "Het is opgeschreven. Probeer het zo nog eens. Blijft het zo? Bel dan uw beheerder.",
}
"""What to do, where nothing better was said."""


async def bare_page(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page for somebody who is not signed in: nothing but what is passed."""
    html = _templates.get_template(template).render({"theme": theme_of(request), **values})
    return HTMLResponse(html, status_code=status)


async def error_page(request: Request, status: int, detail: str) -> Response:
    """Needs nothing but templates: it must also work when the database does not."""
    template = _templates.get_template("fout.html")
    detail = detail or HELP.get(status, "")
    title = ERRORS.get(status, "Dit lukt niet")
    return HTMLResponse(template.render(title=title, detail=detail, theme=theme_of(request)), status_code=status)


def card(the_room: Room, case: Case, *, small: bool = False) -> Card:
    """``small``: for a list, without the chart."""
    steps = the_room.configuration.alarms.escalation.steps
    return present(case, the_room.now_ms(), regions(the_room), steps, drawn=not small)


def regions(the_room: Room) -> dict[str, str]:
    """Names of the veiligheidsregio's by code, in order of name."""
    return the_room.region_names
