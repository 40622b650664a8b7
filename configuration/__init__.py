"""Reads what analysts and regions edit (`config/`), all of it or nothing, with every error at once.

Pure: no Kafka, no clock. `load(directory, today)` gives one frozen `Configuration`, or raises `InvalidConfiguration`.
"""

from configuration.document import InvalidConfiguration, Problem
from configuration.whole import Configuration, load

__all__ = ["Configuration", "InvalidConfiguration", "Problem", "load"]
