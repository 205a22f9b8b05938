"""``voicemon calibrate``: make, show or check the calibration of a microphone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voicemon.cli import options


def register(app: typer.Typer) -> None:
    app.command("calibrate", help="Calibrate a microphone, or check its calibration.")(calibrate)


def calibrate(
    context: typer.Context,
    device: Annotated[
        str | None, typer.Option("--device", metavar="NAME", help="A part of the microphone's name.")
    ] = None,
    host_api: Annotated[
        str | None, typer.Option("--host-api", metavar="NAME", help="A part of the sound system's name.")
    ] = None,
    method: Annotated[
        str, typer.Option("--method", metavar="calibrator|comparison|nominal", help="Where the reference comes from.")
    ] = "comparison",
    reference: Annotated[
        float, typer.Option("--reference", metavar="DB", help="The calibrator's level, dB SPL at 1 kHz.")
    ] = 94.0,
    meter_class: Annotated[
        int, typer.Option("--meter-class", metavar="1|2", help="Class of the meter or calibrator.")
    ] = 2,
    meter_adjusted: Annotated[
        bool, typer.Option("--meter-adjusted", help="The meter was adjusted with its own calibrator today.")
    ] = False,
    distance: Annotated[
        float | None,
        typer.Option(
            "--distance", metavar="M", help="Lips to meter (comparison, 0.30), or lips to microphone (other methods)."
        ),
    ] = None,
    reference_distance: Annotated[
        float | None,
        typer.Option("--reference-distance", metavar="M", help="Lips to where the level is told, if not as set."),
    ] = None,
    reading: Annotated[
        list[float] | None,
        typer.Option("--reading", metavar="DB", help="The meter's LAeq of a reading; once for each."),
    ] = None,
    room: Annotated[
        float | None, typer.Option("--room", metavar="DB", help="The meter's LAeq of the room alone.")
    ] = None,
    seconds: Annotated[float, typer.Option("--seconds", metavar="S", help="Length of a reading.")] = 30.0,
    step: Annotated[
        float | None, typer.Option("--step", metavar="DB", help="The step test's rise, by the reference.")
    ] = None,
    sensitivity: Annotated[
        float | None, typer.Option("--sensitivity", metavar="DBFS", help="Data sheet: level at 94 dB SPL.")
    ] = None,
    sensitivity_dbv: Annotated[
        float | None, typer.Option("--sensitivity-dbv", metavar="DBV", help="Data sheet: dBV/Pa of the capsule.")
    ] = None,
    full_scale_dbv: Annotated[
        float | None, typer.Option("--full-scale-dbv", metavar="DBV", help="The input's full-scale sine, RMS.")
    ] = None,
    recording: Annotated[
        list[Path] | None,
        typer.Option("--recording", metavar="FILE", help="Instead of the microphone; once for each measurement."),
    ] = None,
    room_recording: Annotated[
        Path | None, typer.Option("--room-recording", metavar="FILE", help="The room alone, instead of the microphone.")
    ] = None,
    note: Annotated[str, typer.Option("--note", metavar="TEXT", help="Kept with the calibration.")] = "",
    valid_days: Annotated[int, typer.Option("--valid-days", metavar="N", help="It is estimated afterwards.")] = 90,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing and wait for nobody.")] = False,
    check: Annotated[bool, typer.Option("--check", help="The daily check of what is calibrated.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Show what is calibrated, with its uncertainty.")] = False,
    settings_file: options.SettingsFile = None,
    profile: options.Profile = None,
    lang: options.Lang = None,
) -> int:
    """Calibrate a microphone: guided, in lines."""
    from voicemon.cli import calibrate_order as order
    from voicemon.cli.calibrate_distance import REFERENCE_DISTANCE_RANGE_M

    settings = options.Common.of(context).settings()
    language = options.language_of(settings)
    set_distance_m = settings.level.reference_distance_m
    told_m = set_distance_m if reference_distance is None else reference_distance
    return order.run(
        order.Order(
            device=device,
            host_api=host_api,
            method=order.method_of(method, language),
            reference_db=order.within("--reference", reference, order.REFERENCE_RANGE_DB, language),
            grade=int(order.within("--meter-class", meter_class, order.CLASS_RANGE, language)),
            adjusted=meter_adjusted,
            distance_m=order.within_or_none("--distance", distance, order.DISTANCE_RANGE_M, language),
            reference_distance_m=order.within("--reference-distance", told_m, REFERENCE_DISTANCE_RANGE_M, language),
            set_distance_m=set_distance_m,
            readings_db=tuple(order.within("--reading", r, order.LEVEL_RANGE_DB, language) for r in reading or ()),
            room_db=order.within_or_none("--room", room, order.LEVEL_RANGE_DB, language),
            seconds=order.within("--seconds", seconds, order.SECONDS_RANGE, language),
            step_db=step,
            sensitivity_dbfs=order.sensitivity_of(sensitivity, sensitivity_dbv, full_scale_dbv, language),
            recordings=tuple(recording or ()),
            room_recording=room_recording,
            note=note,
            valid_days=int(order.within("--valid-days", valid_days, order.DAYS_RANGE, language)),
            interactive=order.at_a_terminal() and not yes,
            language=language,
        ),
        check=check,
        show=show,
    )
