"""Calls as sound on disk, where a folder for it is named: one file a call, deleted when it is older than was agreed."""

from voicemon.recorder.folder import check_folder, expire
from voicemon.recorder.recorder import Recorder

__all__ = ["Recorder", "check_folder", "expire"]
