"""Administration: who may do what, and whether all is well."""

from webapp.admin import absences, audit, calendar, people, person, roles, system, units
from webapp.admin.blueprint import bp

# The modules hang their pages on the blueprint when they are read.
__all__ = ["absences", "audit", "bp", "calendar", "people", "person", "roles", "system", "units"]
