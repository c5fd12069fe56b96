"""One builder a report: a source and a selection become a document."""

from analytics.reports.builders import sla_compliance

BUILDERS = {"sla_compliance": sla_compliance.build}
TITLES = {"sla_compliance": "SLA compliance"}
