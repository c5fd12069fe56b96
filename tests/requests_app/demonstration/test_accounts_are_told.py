"""The accounts of the demonstration reach whoever reads, also through a pipe."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command


class Pipe(io.StringIO):
    """A stream that shows only what was pushed through."""

    seen = ""

    def flush(self) -> None:
        """Show what was written so far."""
        self.seen = self.getvalue()


def test_accounts_are_pushed_through_at_once(settings: Any, tmp_path: Path) -> None:
    settings.VAR = tmp_path
    logins = [{"email": "director@example.org", "role": "him_director", "facilities": "northfield"}]
    kept = {"password": "made-up", "logins": logins}
    (tmp_path / "demonstration-logins.json").write_text(json.dumps(kept))
    pipe = Pipe()
    call_command("demonstrate", "--logins", stdout=pipe)
    assert "password: made-up" in pipe.seen
    assert pipe.seen.endswith("first: it opens the overview.\n")
