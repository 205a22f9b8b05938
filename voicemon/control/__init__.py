"""How other programs of the same user, a softphone above all, tell a live session where calls begin and end.

Off unless ``[calls] control = true``.  A Unix socket in a folder of the user's own, or a named pipe on Windows; never
the network.  Nothing is opened before :meth:`Control.start`.
"""

from __future__ import annotations

from voicemon.control.client import Instance, NoAnswerError, Roll, ask, instances, roll
from voicemon.control.messages import Action, Reply, Request, Status
from voicemon.control.places import process_of
from voicemon.control.server import Control

__all__ = [
    "Action",
    "Control",
    "Instance",
    "NoAnswerError",
    "Reply",
    "Request",
    "Roll",
    "Status",
    "ask",
    "instances",
    "process_of",
    "roll",
]
