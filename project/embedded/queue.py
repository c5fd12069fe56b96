"""Put back the tasks that a killed worker held: with an embedded broker no worker lives now."""

from project import environment
from project.celery import app


def restore_unacknowledged() -> int:
    """Return how many tasks went back; never done on a shared broker, where workers may live."""
    if environment.text("BROKER_URL", ""):
        return 0
    with app.connection_for_read() as connection:
        channel = connection.default_channel
        tags = channel.client.zrange(channel.unacked_index_key, 0, -1)
        for tag in tags:
            channel.qos.restore_by_tag(tag)
        return len(tags)
