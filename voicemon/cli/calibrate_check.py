"""The daily check: one tone or one reading against what is stored."""

from __future__ import annotations

from voicemon.calibration.check import Check, check_by_voice
from voicemon.calibration.check import check as compare
from voicemon.calibration.model import Ingredients, Method, Reading
from voicemon.calibration.speech import reference_faults
from voicemon.calibration.store import Stored, load_for
from voicemon.cli.calibrate_feed import Feed
from voicemon.cli.calibrate_make import hear_text, room, tone
from voicemon.cli.calibrate_order import Order
from voicemon.cli.calibrate_talk import Talk
from voicemon.errors import CalibrationError, ExitCode
from voicemon.strings.calibration import calibration_text
from voicemon.types import CalibrationStatus


def check(order: Order) -> int:
    """Measure once and compare; exit code 6 where the device does not read what it did."""
    talk = Talk(order.language, interactive=order.interactive)
    feed = Feed(order)
    stored = _stored(order, feed)
    if stored.notice is not None:
        talk.tell(stored.notice)
    result = _checked(order, talk, feed, stored.ingredients)
    figures = {"deviation": f"{round(result.deviation_db, 1) + 0:+.1f}", "limit": f"{result.limit_db:.1f}"}
    talk.say("check_passed" if result.passed else "check_failed", **figures)
    if result.coarse:
        talk.say("check_coarse")
    return ExitCode.OK if result.passed else ExitCode.DEGRADED


def _stored(order: Order, feed: Feed) -> Stored:
    device = feed.device
    stored = load_for(device.name, device.host_api, device.sample_rate, os_gain_db=device.os_gain_db)
    if stored is None:
        message = calibration_text("none", order.language, device=device.name)
        raise CalibrationError(message, calibration_text("none_remedy", order.language))
    if stored.calibration.status is CalibrationStatus.UNCALIBRATED:
        raise CalibrationError(stored.notice or "", calibration_text("none_remedy", order.language))
    if stored.ingredients.method is Method.NOMINAL:
        message = calibration_text("nothing_to_check", order.language, device=device.name)
        raise CalibrationError(message, calibration_text("none_remedy", order.language))
    return stored


def _checked(order: Order, talk: Talk, feed: Feed, ingredients: Ingredients) -> Check:
    if ingredients.method is Method.CALIBRATOR:
        reference = ingredients.readings[0].reference_db
        talk.await_enter("put_calibrator", reference=f"{reference:g}")
        return compare(ingredients, Reading(reference, tone(talk, feed)))
    return _by_reading(order, talk, feed, ingredients)


def _by_reading(order: Order, talk: Talk, feed: Feed, ingredients: Ingredients) -> Check:
    """With a meter's figure if there is one, else by the voice alone."""
    noise = room(order, talk, feed)
    level = hear_text(order, talk, feed, noise, 0, 1)
    reference = order.readings_db[0] if order.readings_db else talk.number_or_none("read_level")
    if reference is None:
        return check_by_voice(ingredients, level.laeq_dbfs, noise.dbfs)
    reading = Reading(reference, level.laeq_dbfs, noise.db, noise.dbfs)
    talk.refuse(reference_faults(reading))
    return compare(ingredients, reading)
