"""PII discovery and field encryption for Kazakhstan.

Importing this package costs nothing: it holds the version and the root error. The work is done by
:mod:`piiguard.scan` (find), :mod:`piiguard.orm` and :mod:`piiguard.redact` (protect), and
:mod:`piiguard.keys` with :mod:`piiguard.protect` (keep).
"""

from piiguard.errors import PiiguardError

__all__ = ["PiiguardError", "__version__"]

__version__ = "0.1.0"
