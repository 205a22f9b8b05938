"""The recipes for services: well-formed, and with what the documentation promises of them."""

from __future__ import annotations

import configparser
import os
import plistlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from voicemon.errors import ExitCode

DOCS = Path(__file__).resolve().parents[2] / "docs"
UNIT = DOCS / "service" / "voicemon.service"
TASK = DOCS / "service" / "voicemon-task.xml"
PLIST = DOCS / "service" / "voicemon.plist"
NAMESPACE = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


@pytest.fixture
def unit() -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(UNIT, encoding="utf-8")
    return parser["Service"]


def test_the_unit_passes_systemds_own_check(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    program = tmp_path / ".local" / "bin" / "voicemon"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    environment = os.environ | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    for variable in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        environment.pop(variable, None)

    def complaints(path: Path) -> str:
        command = ["systemd-analyze", "verify", "--user", "--man=no", str(path)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
        return done.stderr + done.stdout + ("" if done.returncode == 0 else f"rc {done.returncode}")

    if "Failed to initialize manager" in (said := complaints(UNIT)):
        pytest.skip(f"systemd-analyze cannot work here: {said}")
    assert said == ""
    wrong = tmp_path / "wrong.service"
    wrong.write_text(UNIT.read_text(encoding="utf-8").replace("Nice=", "Nicer="), encoding="utf-8")
    assert "Nicer" in complaints(wrong)  # it would have told


def test_the_unit_takes_our_exit_codes_for_what_they_mean(unit: configparser.SectionProxy) -> None:
    assert set(unit["SuccessExitStatus"].split()) == {str(int(ExitCode.DEGRADED)), str(int(ExitCode.INTERRUPTED))}
    assert set(unit["RestartPreventExitStatus"].split()) == {str(int(ExitCode.USAGE)), str(int(ExitCode.MODEL))}
    assert unit["Restart"] == "on-failure"


def test_the_unit_leaves_no_network_and_keeps_no_words(unit: configparser.SectionProxy) -> None:
    assert unit["PrivateNetwork"] == "yes"
    assert unit["RestrictAddressFamilies"] == "AF_UNIX"
    assert unit["StandardOutput"] == "null"
    assert unit["ProtectHome"] == "read-only"
    assert "--plain" in unit["ExecStart"].split()


def test_the_task_runs_in_the_users_session_and_never_twice() -> None:
    task = ET.parse(TASK).getroot()

    def value(path: str) -> str:
        found = task.findtext(path, namespaces=NAMESPACE)
        assert found is not None, path
        return found

    assert value(".//t:Principal/t:GroupId") == "S-1-5-32-545"
    assert value(".//t:Principal/t:RunLevel") == "LeastPrivilege"
    assert value(".//t:MultipleInstancesPolicy") == "IgnoreNew"
    assert value(".//t:ExecutionTimeLimit") == "PT0S"
    assert value(".//t:LogonTrigger/t:Repetition/t:Interval") == "PT5M"
    actions = task.find("t:Actions", NAMESPACE)
    principal = task.find(".//t:Principal", NAMESPACE)
    assert actions is not None
    assert principal is not None
    assert actions.get("Context") == principal.get("id")
    arguments = value(".//t:Exec/t:Arguments")
    assert '"& voicemon live --plain ' in arguments
    # schtasks takes a file without a declaration as it is, PowerShell a string: no encoding may contradict either.
    assert TASK.read_bytes().isascii()
    assert not TASK.read_bytes().startswith(b"<?xml")


def test_the_agent_of_launchd_restarts_after_failures_alone() -> None:
    agent = plistlib.loads(PLIST.read_bytes())
    assert agent["Label"] == "voicemon"
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["LimitLoadToSessionType"] == "Aqua"
    assert agent["Umask"] == 0o077
    assert " live --plain " in agent["ProgramArguments"][-1]


@pytest.mark.parametrize("name", ["service.md", "service.zh-CN.md"])
def test_links_of_the_documentation_lead_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)\)", (DOCS / name).read_text(encoding="utf-8"))
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []
