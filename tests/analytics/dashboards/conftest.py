"""What tests of dashboards lean on."""

import pytest


@pytest.fixture
def pages(person, client, live_server, chromium):
    """Return a maker of signed-in pages, and all that their consoles said."""
    client.force_login(person("him_director", everything=True))
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    said: list[str] = []

    def make(width: int, scheme: str):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        context.add_cookies([cookie | {"url": live_server.url}])
        page = context.new_page()
        loud = ("error", "warning")
        page.on("console", lambda m: said.append(m.text) if m.type in loud else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        return page

    return make, said, live_server.url
