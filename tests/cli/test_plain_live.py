"""``voicemon live`` read without Typer: the same answer as Typer's, or none; and nothing imported that can wait."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from voicemon.cli import app, quick

SHOWN_LATER = (
    "typer",
    "pydantic",
    "click",
    "scipy.signal",
    "pypinyin",
    "zhconv",
    "av",
    "ctranslate2",
    "faster_whisper",
)
"""What takes long to import and shows no meter."""


def typers_command() -> Any:
    app.register(["live"])
    group: Any = typer.main.get_command(app.app)
    return group.commands["live"]


def typers_answer(*arguments: str) -> dict[str, Any]:
    """The parameters that were given, as Typer reads them."""
    found = typers_command().make_context("live", list(arguments)).params
    return {name: value for name, value in found.items() if value not in (None, False, (), [])}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--device", "Jabra", "--lang", "en"),
        ("--plain", "--no-asr", "--keep-text", "--no-history", "--control", "--no-builtin-lexicon"),
        ("--device", "耳机", "--device", "Jabra Evolve 65"),
        ("--calibration-offset", "94.5", "--target-level", "-12", "--target-rate", "220"),
        ("--lexicon", "a.yaml", "--no-asr", "--lexicon", "b.yaml"),
        ("--host-api", "WASAPI", "--customer-device", "monitor", "--profile", "night", "--model", "base"),
        ("--settings", "nowhere.toml", "--record", "calls", "--events", "events.jsonl"),
        ("--lang", "fr"),
    ],
)
def test_a_plain_line_is_read_as_typer_reads_it(arguments: tuple[str, ...]) -> None:
    found = quick.parameters(["live", *arguments], {})
    assert found == typers_answer(*arguments)


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("replay", "call.wav"),
        ("--version",),
        ("live", "--help"),
        ("live", "-h"),
        ("live", "headset"),
        ("live", "--"),
        ("live", "--bogus"),
        ("live", "--device"),
        ("live", "--device", ""),
        ("live", "--device", "--plain"),
        ("live", "--device=Jabra"),
        ("live", "--device", "a\udcff"),
        ("live", "--events", "-"),
        ("live", "--target-level", "loud"),
        ("live", "--target-level", "nan"),
        ("live", "--target-level", "1_0"),
        ("live", "--target-level", "٣"),
    ],
)
def test_what_is_not_plain_is_left_to_typer(arguments: tuple[str, ...]) -> None:
    assert quick.parameters(arguments, {}) is None


@pytest.mark.parametrize("variable", ["", "of the day.toml"])
@pytest.mark.parametrize("arguments", [(), ("--settings", "mine.toml")])
def test_the_environment_names_a_settings_file_as_it_does_for_typer(
    arguments: tuple[str, ...], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICEMON_SETTINGS", variable)
    assert quick.parameters(["live", *arguments]) == typers_answer(*arguments)


def test_a_doubtful_settings_file_in_the_environment_is_left_to_typer() -> None:
    assert quick.parameters(["live"], {"VOICEMON_SETTINGS": "-"}) is None


def test_every_option_of_the_command_is_known_by_its_kind() -> None:
    described = {option: p for p in typers_command().params for option in p.opts}
    known = quick.FLAGS | quick.TEXTS | quick.NUMBERS | quick.FILES
    assert known == described.keys() - {"--help", "-h"}
    for option, parameter in described.items():
        if option in known:
            assert (option in quick.FLAGS) == bool(parameter.is_flag), option
            assert (option == quick.MANY) == bool(parameter.multiple), option
            assert parameter.name == quick.NAMES.get(option, option[2:].replace("-", "_"))
            assert parameter.envvar in (None, quick.SETTINGS_VARIABLE)


def test_nothing_is_imported_before_the_first_meter_that_it_does_not_need(tmp_path: Path) -> None:
    program = (
        "import json, sys\n"
        "from voicemon.cli.main import run\n"
        "try:\n"
        "    run(['live', '--device', 'no such headset', '--no-asr', '--no-history'])\n"
        "except SystemExit as end:\n"
        "    code = end.code\n"
        "import voicemon.ui.dashboard\n"
        "print(json.dumps([code, sorted(sys.modules)]))\n"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True, cwd=tmp_path)
    code, modules = json.loads(done.stdout)
    assert code == 4
    assert done.stderr.startswith("voicemon: ")
    assert "voicemon.sidecar" in modules
    assert [name for name in SHOWN_LATER if name in modules] == []
