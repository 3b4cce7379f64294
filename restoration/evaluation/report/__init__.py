"""What an evaluation leaves behind: ``metrics.json`` for programs, ``report.html`` and ``ab.html`` for people."""

from restoration.evaluation.report.figures import figures_document
from restoration.evaluation.report.pages import ab_page, report_page

__all__ = ["ab_page", "figures_document", "report_page"]
