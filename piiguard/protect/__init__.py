"""Jobs on a live database: encrypt, rotate, verify and count rows.

SQLAlchemy Core only, neither models nor ORM events: a job knows a column as the database shows it and the
manifest describes it. Every job goes in short batches and can be killed and run again at any time.
"""

from __future__ import annotations

from piiguard.protect.batches.pace import Limits, Pace
from piiguard.protect.census.counts import Census, count_index_rows, count_rows
from piiguard.protect.jobs.decrypt import decrypt
from piiguard.protect.jobs.encrypt import encrypt
from piiguard.protect.jobs.job import Job
from piiguard.protect.jobs.rotate import preview, rotate
from piiguard.protect.jobs.status import ColumnStatus, status
from piiguard.protect.jobs.verify import Verified, verify
from piiguard.protect.outcome import Outcome, Tally
from piiguard.protect.state import Instance, beat, instances
from piiguard.protect.watch import Watch

__all__ = [
    "Census",
    "ColumnStatus",
    "Instance",
    "Job",
    "Limits",
    "Outcome",
    "Pace",
    "Tally",
    "Verified",
    "Watch",
    "beat",
    "count_index_rows",
    "count_rows",
    "decrypt",
    "encrypt",
    "instances",
    "preview",
    "rotate",
    "status",
    "verify",
]
