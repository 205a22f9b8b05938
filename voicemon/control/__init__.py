"""How other programs of the same user, a softphone above all, tell a live session where calls begin and end.

Off unless ``[calls] control = true``.  A Unix socket in a folder of the user's own, or a named pipe on Windows; never
the network.  Nothing is opened before :meth:`Control.start`.
"""

from __future__ import annotations

from voicemon.control.client import Instance, ask, instances
from voicemon.control.messages import Action, Reply, Request, Status
from voicemon.control.server import Control

__all__ = ["Action", "Control", "Instance", "Reply", "Request", "Status", "ask", "instances"]
