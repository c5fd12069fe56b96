"""Where event logs come from: live work or an uploaded log."""
