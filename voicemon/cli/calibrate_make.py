"""The guided calibration: what is to be done, measured and asked, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from voicemon.calibration.faults import Fault, FaultKind
from voicemon.calibration.measure import measure_level, measure_tone
from voicemon.calibration.model import Ingredients, Method, Reading, StepTest
from voicemon.calibration.nominal import from_dbfs
from voicemon.calibration.offset import without_noise
from voicemon.calibration.speech import Level, agreement_faults, reference_faults, room_faults, speech_faults
from voicemon.calibration.step import SMALLEST_STEP_DB, step_linearity
from voicemon.calibration.store import save
from voicemon.cli.calibrate_again import ODD_DB, odd_one
from voicemon.cli.calibrate_distance import distance_notes
from voicemon.cli.calibrate_feed import Feed
from voicemon.cli.calibrate_order import DISTANCE_RANGE_M, Order, within
from voicemon.cli.calibrate_show import outcome
from voicemon.cli.calibrate_talk import Talk
from voicemon.errors import ConfigError, ExitCode
from voicemon.strings.calibration import READING_TEXT, calibration_text

READINGS: Final = 3
"""Fewer give no spread worth the name."""
METER_M: Final = 0.30
"""Where the meter is held unless it is said, whatever the reference distance: nearer, a centimetre counts for more;
farther, the room is heard."""
ROOM_S: Final = 5.0
STEP_S: Final = 11.0
DIGITAL_SILENCE_DBFS: Final = -200.0


def make(order: Order) -> int:
    """Calibrate, keep it, and tell what came out.  Raises :class:`CalibrationError` where it is refused."""
    talk = Talk(order.language, interactive=order.interactive)
    feed = Feed(order)
    method = calibration_text(order.method.value, order.language)
    talk.say("begin", device=f"{feed.device.name} [{feed.device.host_api}]", method=method)
    if order.interactive and order.method is not Method.NOMINAL:
        talk.say("no_processing")
    ways = {Method.CALIBRATOR: _by_calibrator, Method.COMPARISON: _by_comparison, Method.NOMINAL: _by_data_sheet}
    ingredients = ways[order.method](order, talk, feed)
    path = save(ingredients)
    for line in (*outcome(ingredients, order), *distance_notes(order)):
        talk.tell(line)
    talk.say("kept", path=str(path))
    return ExitCode.OK


def _ingredients(order: Order, feed: Feed, readings: tuple[Reading, ...], distance_m: float) -> Ingredients:
    return Ingredients(
        method=order.method,
        device=feed.device,
        readings=readings,
        distance_m=distance_m,
        made=datetime.now(UTC).replace(microsecond=0),
        reference_class=None if order.method is Method.NOMINAL else order.grade,
        meter_adjusted=order.adjusted and order.method is Method.COMPARISON,
        valid_days=order.valid_days,
        note=order.note,
    )


# --------------------------------------------------------------------------------------------------- by calibrator


def _by_calibrator(order: Order, talk: Talk, feed: Feed) -> Ingredients:
    distance_m = _microphone_distance(order, talk)
    talk.await_enter("put_calibrator", reference=f"{order.reference_db:g}")
    reading = Reading(order.reference_db, tone(talk, feed))
    made = _ingredients(order, feed, (reading,), distance_m)
    return replace(made, step=_tone_step(order, talk, feed, reading))


def tone(talk: Talk, feed: Feed, what: str = "tone") -> float:
    """The calibrator's level, dBFS; refused unless it is fit."""
    with talk.unheard(), feed.open(what) as source:
        heard = measure_tone(source, talk.draw_tone, settle_s=feed.settle_s)
    talk.refuse(heard.faults)
    return heard.level_dbfs


def _tone_step(order: Order, talk: Talk, feed: Feed, first: Reading) -> StepTest | None:
    expected = order.step_db
    if expected is None:
        other = talk.number_or_none("switch_calibrator")
        if other is None:
            return None
        expected = other - first.reference_db
    return _judged(talk, StepTest(expected, tone(talk, feed, "step") - first.measured_dbfs))


def _microphone_distance(order: Order, talk: Talk) -> float:
    """From the lips to the microphone: a default would be wrong by 18 dB for a headset or for a desk."""
    if order.distance_m is not None:
        return order.distance_m
    return within("--distance", talk.number("distance_microphone", "--distance"), DISTANCE_RANGE_M, order.language)


# --------------------------------------------------------------------------------------------------- by comparison


def _by_comparison(order: Order, talk: Talk, feed: Feed) -> Ingredients:
    if not order.interactive and len(order.readings_db) < READINGS:
        figures = {"count": str(len(order.readings_db)), "limit": str(READINGS)}
        raise ConfigError(
            calibration_text("few_readings", order.language, **figures),
            calibration_text("needed_remedy", order.language, option="--reading"),
        )
    distance_m = METER_M if order.distance_m is None else order.distance_m
    talk.say("put_meter", distance=f"{100 * distance_m:g}")
    noise = room(order, talk, feed)
    readings: list[Reading] = []
    for number in range(max(READINGS, len(order.readings_db))):
        if number and order.interactive:
            talk.say("wear_again")
        readings.append(read_text(order, talk, feed, number, noise))
    _read_odd_ones_again(order, talk, feed, noise, readings)
    talk.refuse(agreement_faults(readings))
    made = _ingredients(order, feed, tuple(readings), distance_m)
    return replace(made, step=_speech_step(order, talk, feed, noise))


def _read_odd_ones_again(order: Order, talk: Talk, feed: Feed, noise: Noise, readings: list[Reading]) -> None:
    """Where somebody is there to be asked: offered as often as there are readings, then it stands as it is."""
    for _ in readings:
        if not order.interactive or (odd := odd_one(readings)) is None:
            return
        index, off_db = odd
        figures = {"number": str(index + 1), "off": f"{off_db:+.1f}", "limit": f"{ODD_DB:g}"}
        if not talk.agreed("odd_reading", **figures):
            return
        talk.say("wear_again")
        readings[index] = read_text(order, talk, feed, index, noise, again=True)


@dataclass(frozen=True, slots=True)
class Noise:
    """The room alone, by us and by the meter, as far as they are known."""

    dbfs: float | None
    db: float | None


def room(order: Order, talk: Talk, feed: Feed) -> Noise:
    """Measure and ask."""
    room_dbfs: float | None = None
    if feed.has_room():
        talk.await_enter("quiet_room", seconds=f"{ROOM_S:g}")
        level = _level(talk, feed, "room", ROOM_S, spoken=False)
        talk.refuse(room_faults(level))
        # Digital silence is no level: there is nothing to take out.
        room_dbfs = level.laeq_dbfs if level.laeq_dbfs > DIGITAL_SILENCE_DBFS else None
    return Noise(room_dbfs, order.room_db if order.room_db is not None else talk.number_or_none("room_level"))


def read_text(order: Order, talk: Talk, feed: Feed, number: int, noise: Noise, *, again: bool = False) -> Reading:
    """Reading ``number`` of the text, by us and by the meter; ``again``: what the command line says of it is old."""
    level = hear_text(order, talk, feed, noise, number, READINGS)
    given = order.readings_db[number] if number < len(order.readings_db) and not again else None
    reference = talk.number("read_level", "--reading") if given is None else given
    reading = Reading(reference, level.laeq_dbfs, noise.db, noise.dbfs)
    talk.refuse(reference_faults(reading))
    return reading


def hear_text(order: Order, talk: Talk, feed: Feed, noise: Noise, number: int, count: int) -> Level:
    """The text as we hear it; refused where it is not fit."""
    if order.interactive:
        talk.tell(READING_TEXT)
    talk.await_enter("read", number=str(number + 1), count=str(count), seconds=f"{order.seconds:g}")
    level = _level(talk, feed, "reading", order.seconds)
    talk.refuse(speech_faults(level, noise.dbfs))
    return level


def _level(talk: Talk, feed: Feed, what: str, seconds: float, *, spoken: bool = True) -> Level:
    """LAeq over ``seconds``; of a recording over all of it, since it was cut to what the meter measured."""
    with talk.unheard(), feed.open(what) as source:
        limit = None if feed.recorded and spoken else seconds
        heard = measure_level(source, limit, talk.draw_level, settle_s=feed.settle_s)
    talk.refuse(heard.faults)
    return heard.level


def _speech_step(order: Order, talk: Talk, feed: Feed, noise: Noise) -> StepTest | None:
    """Softly and loudly; ``None`` where it is passed over, or nobody can say how much the voice rose."""
    if order.step_db is None and not order.interactive:
        return None
    heard: list[Reading] = []
    for key in ("step_low", "step_high"):
        talk.await_enter(key, seconds=f"{STEP_S:g}")
        level = _level(talk, feed, "step", STEP_S)
        talk.refuse(speech_faults(level, noise.dbfs))
        reference = order.step_db if order.step_db is not None else talk.number_or_none("read_level")
        if reference is None:
            return None
        heard.append(Reading(reference, level.laeq_dbfs, None if order.step_db is not None else noise.db, noise.dbfs))
    for reading in heard:
        talk.refuse(reference_faults(reading))
    (low, low_by_us), (high, high_by_us) = (without_noise(reading) for reading in heard)
    return _judged(talk, StepTest(high - low if order.step_db is None else order.step_db, high_by_us - low_by_us))


def _judged(talk: Talk, step: StepTest) -> StepTest:
    """Refused where the step did not come through."""
    test = step_linearity(0.0, step.measured_db, step.expected_db)
    if not test.large_enough:
        talk.refuse((Fault(FaultKind.SMALL_STEP, abs(test.expected_db), SMALLEST_STEP_DB),))
    if not test.linear:
        talk.refuse((Fault(FaultKind.GAIN, test.rise_db, round(test.expected_db, 1)),))
    talk.say("step_passed", expected=f"{test.expected_db:.1f}", rise=f"{test.rise_db:.1f}")
    return step


# -------------------------------------------------------------------------------------------------- by data sheet


def _by_data_sheet(order: Order, talk: Talk, feed: Feed) -> Ingredients:
    distance_m = _microphone_distance(order, talk)
    sensitivity = order.sensitivity_dbfs
    if sensitivity is None:
        sensitivity = talk.number("sensitivity", "--sensitivity")
    return _ingredients(order, feed, (from_dbfs(sensitivity),), distance_m)
