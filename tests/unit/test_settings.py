"""Settings: every type from TOML and environment, ranges, unknown keys by name, profiles, and who wins."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Any

import pytest

from voicemon.errors import ConfigError, ExitCode
from voicemon.settings import Settings, as_dict, load
from voicemon.settings.ranges import RANGES


def toml(folder: Path, text: str) -> Path:
    path = folder / "voicemon.toml"
    path.write_text(text, encoding="utf-8")
    return path


def read(path: Path | None = None, **variables: str) -> Settings:
    return load(path, environment={f"VOICEMON_{key}": text for key, text in variables.items()})


def refused(path: Path | None = None, profile: str | None = None, **variables: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        load(path, environment={f"VOICEMON_{k}": v for k, v in variables.items()}, profile=profile)
    assert caught.value.exit_code is ExitCode.USAGE
    assert caught.value.remedy
    assert "\n" not in str(caught.value)
    return caught.value


def test_defaults_are_the_manuals_figures() -> None:
    settings = read()
    assert settings == Settings()
    assert (settings.rate.target_cpm, settings.silence.dead_air_s) == (200.0, 5.0)
    assert settings.rate.limits_cpm == (150.0, 275.0)
    assert settings.level.calibration_offset_db is None


@pytest.mark.parametrize(("voice", "target"), [("male", 73.0), ("female", 70.0), (None, 71.5)])
def test_the_level_target_follows_the_voice(voice: str | None, target: float) -> None:
    assert (read(LEVEL_VOICE=voice) if voice else read()).target_level_db == target


def test_a_target_of_ones_own_wins_over_the_voice() -> None:
    assert read(LEVEL_VOICE="male", LEVEL_TARGET_DB="68.5").target_level_db == 68.5


def test_every_type_from_a_file(tmp_path: Path) -> None:
    path = toml(
        tmp_path,
        """
        [level]
        target_db = 70
        voice = "female"
        [rate]
        target_cpm = 210.5
        alert_min_chars = 20
        [asr]
        enabled = false
        model = "/opt/models/base"
        [phrases]
        lexicons = ["a.yaml", "b.yaml"]
        builtin = false
        [ui]
        language = "en"
        """,
    )
    settings = read(path)
    assert (settings.level.target_db, settings.level.voice) == (70.0, "female")
    assert isinstance(settings.level.target_db, float)
    assert (settings.rate.target_cpm, settings.rate.alert_min_chars) == (210.5, 20)
    assert (settings.asr.enabled, settings.asr.model) == (False, "/opt/models/base")
    assert (settings.phrases.lexicons, settings.phrases.builtin) == (("a.yaml", "b.yaml"), False)
    assert settings.ui.language == "en"


def test_every_type_from_the_environment() -> None:
    settings = read(
        LEVEL_TARGET_DB="70",
        RATE_ALERT_MIN_CHARS="20",
        ASR_MODEL="tiny",
        PHRASES_LEXICONS=os.pathsep.join(("a.yaml", "b.yaml")),
    )
    assert settings.level.target_db == 70.0
    assert settings.rate.alert_min_chars == 20
    assert settings.asr.model == "tiny"
    assert settings.phrases.lexicons == ("a.yaml", "b.yaml")
    assert read(PHRASES_LEXICONS="").phrases.lexicons == ()


@pytest.mark.parametrize(
    ("text", "value"),
    [("1", True), ("true", True), ("YES", True), ("on", True), ("0", False), ("False", False), ("no", False)],
)
def test_truths_in_the_environment(text: str, value: bool) -> None:
    assert read(ASR_ENABLED=text).asr.enabled is value


@pytest.mark.parametrize(
    ("key", "text", "wanted"),
    [
        ("LEVEL_TARGET_DB", "loud", "float"),
        ("LEVEL_TARGET_DB", "", "float"),
        ("RATE_TARGET_CPM", "nan", "float"),
        ("RATE_TARGET_CPM", "inf", "float"),
        ("RATE_TARGET_CPM", "1e999", "float"),
        ("RATE_ALERT_MIN_CHARS", "12.5", "int"),
        ("ASR_ENABLED", "perhaps", "bool"),
    ],
)
def test_what_is_not_of_its_type_is_refused_by_name(key: str, text: str, wanted: str) -> None:
    error = refused(**{key: text})
    section, _, name = key.lower().partition("_")
    assert f"{section}.{name}" in error.message
    assert wanted in error.remedy


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('[level]\ntarget_db = "loud"', "level.target_db"),
        ("[level]\ntarget_db = true", "level.target_db"),
        ("[level]\nvoice = 3", "level.voice"),
        ("[rate]\nalert_min_chars = 12.5", "rate.alert_min_chars"),
        ("[asr]\nenabled = 1", "asr.enabled"),
        ("[phrases]\nlexicons = [1, 2]", "phrases.lexicons"),
        ("[phrases]\nlexicons = 5", "phrases.lexicons"),
    ],
)
def test_wrong_types_in_a_file_are_refused_by_name(line: str, name: str, tmp_path: Path) -> None:
    assert name in refused(toml(tmp_path, line)).message


@pytest.mark.parametrize(("name", "limits"), RANGES.items())
def test_ranges_hold_at_both_ends(name: str, limits: tuple[float, float]) -> None:
    section, _, key = name.partition(".")
    for value in (limits[0] - 1, limits[1] + 1):
        with pytest.raises(ConfigError, match=key):
            load(environment={}, overrides={section: {key: value}})


def test_every_number_has_a_range() -> None:
    numbers = {
        f"{section.name}.{item.name}"
        for section in dataclasses.fields(Settings)
        if section.name != "profile"
        for item in dataclasses.fields(getattr(Settings(), section.name))
        if "float" in str(item.type) or "int" in str(item.type)
    }
    assert numbers == set(RANGES)


@pytest.mark.parametrize(
    "values",
    [
        {"level": {"green_db": 6.0}},
        {"rate": {"green_cpm": 50.0}},
        {"rate": {"alert_slow_cpm": 300.0}},
        {"level": {"voice": "child"}},
        {"ui": {"language": "fr"}},
    ],
)
def test_settings_that_contradict_each_other_are_refused(values: dict[str, dict[str, Any]]) -> None:
    with pytest.raises(ConfigError):
        load(environment={}, overrides=values)


@pytest.mark.parametrize(
    ("line", "suggestion"),
    [
        ("[levl]\ntarget_db = 70", "did you mean level?"),
        ("[level]\ntarget = 70", "did you mean level.target_db?"),
        ("[silence]\ndeadair_s = 4", "did you mean silence.dead_air_s?"),
        ("[rate]\nxyzzy = 4", "rate.target_cpm"),
    ],
)
def test_unknown_keys_are_refused_with_a_suggestion(line: str, suggestion: str, tmp_path: Path) -> None:
    path = toml(tmp_path, line)
    error = refused(path)
    assert suggestion in error.remedy
    assert str(path) in error.message


def test_unknown_variables_are_refused_too() -> None:
    assert "level.target_db" in refused(LEVEL_TARGT_DB="70").remedy
    assert "environment" in refused(NOISE="1").message


def test_variables_that_name_places_are_no_settings() -> None:
    assert read(MODELS_DIR="/x", DATA_DIR="/y") == Settings()


def test_other_programs_variables_are_not_looked_at() -> None:
    assert load(environment={"PATH": "/bin", "LEVEL_TARGET_DB": "99"}) == Settings()


@pytest.mark.parametrize("text", ["[level\n", "target_db = ", "[level]\ntarget_db = 70\ntarget_db = 71"])
def test_what_is_not_toml_is_refused_with_its_place(text: str, tmp_path: Path) -> None:
    assert "(at " in refused(toml(tmp_path, text)).message


def test_files_that_cannot_be_read_are_refused(tmp_path: Path) -> None:
    assert "missing.toml" in refused(tmp_path / "missing.toml").message
    assert str(tmp_path) in refused(tmp_path).message
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    refused(binary)


def test_a_section_must_be_a_table(tmp_path: Path) -> None:
    assert "[level]" in refused(toml(tmp_path, "level = 70")).remedy


def test_the_command_line_wins_over_environment_over_file(tmp_path: Path) -> None:
    path = toml(tmp_path, "[rate]\ntarget_cpm = 180\nwindow_s = 10\npause_limit_s = 0.8\n")
    settings = load(
        path,
        environment={"VOICEMON_RATE_TARGET_CPM": "190", "VOICEMON_RATE_WINDOW_S": "12"},
        overrides={"rate": {"target_cpm": 210.0}},
    )
    assert (settings.rate.target_cpm, settings.rate.window_s, settings.rate.pause_limit_s) == (210.0, 12.0, 0.8)


def test_as_dict_gives_what_makes_the_same_settings_again() -> None:
    settings = read(LEVEL_TARGET_DB="70", PHRASES_LEXICONS="a.yaml")
    values = as_dict(settings)
    assert values.pop("profile") is None
    assert load(environment={}, overrides=values) == settings
