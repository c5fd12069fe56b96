"""What a delivery releases: the images that are there when it is made, and no later ones."""

from requests_app.models import Delivery, Instance


def bind(delivery: Delivery) -> int:
    """Tie a new delivery to the images of its request as they stand; return how many."""
    through = Delivery.instances.through
    images = Instance.objects.filter(series__study__request=delivery.request_id)
    rows = [
        through(delivery_id=delivery.pk, instance_id=pk)
        for pk in images.order_by().values_list("pk", flat=True)
    ]
    return len(through.objects.bulk_create(rows, batch_size=5000))
