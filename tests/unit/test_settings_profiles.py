"""Profiles of a settings file: laid over it, named by file, environment or command line, and checked like it."""

from __future__ import annotations

from pathlib import Path

from tests.unit.test_settings import read, refused, toml
from voicemon.settings import load

TEXT = """
profile = "li"
[level]
target_db = 72
[rate]
target_cpm = 190
[profiles.li.level]
target_db = 70
[profiles.wang.level]
target_db = 74
"""


def test_the_files_own_profile_is_laid_over_the_file(tmp_path: Path) -> None:
    settings = read(toml(tmp_path, TEXT))
    assert (settings.profile, settings.level.target_db, settings.rate.target_cpm) == ("li", 70.0, 190.0)


def test_the_environment_names_another(tmp_path: Path) -> None:
    settings = read(toml(tmp_path, TEXT), PROFILE="wang")
    assert (settings.profile, settings.level.target_db) == ("wang", 74.0)


def test_the_command_line_wins(tmp_path: Path) -> None:
    path = toml(tmp_path, TEXT)
    settings = load(path, environment={"VOICEMON_PROFILE": "li"}, profile="wang")
    assert settings.profile == "wang"


def test_an_unknown_profile_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    error = refused(toml(tmp_path, TEXT), profile="zhao")
    assert "zhao" in error.message
    assert "li, wang" in error.remedy


def test_without_a_file_there_are_no_profiles() -> None:
    assert "profiles.NAME" in refused(profile="li").remedy


def test_a_profiles_keys_are_checked(tmp_path: Path) -> None:
    error = refused(toml(tmp_path, "[profiles.li.level]\ntarget = 70"), profile="li")
    assert "profiles.li" in error.message
