"""Images: parsed in a sandbox, stored by content, judged, shown."""
