"""The kernel's list of cards against PortAudio's names."""

from __future__ import annotations

from pathlib import Path

from voicemon.audio.alsa import cards, is_hardware, still_there

LISTING = """\
 0 [PCH            ]: HDA-Intel - HDA Intel PCH
                      HDA Intel PCH at 0xb4418000 irq 139
 2 [EVOLVE         ]: USB-Audio - Jabra EVOLVE 65
                      GN Netcom A/S Jabra EVOLVE 65 at usb-0000:00:14.0-2, full speed
12 [Mini           ]: USB-Audio - Jabra EVOLVE 65 Mini
                      somebody's
"""


def test_a_card_under_its_number_is_there() -> None:
    assert still_there("Jabra EVOLVE 65: USB Audio (hw:2,0)", LISTING)
    assert still_there("HDA Intel PCH: ALC257 Analog (hw:0,0)", LISTING)
    assert still_there("Jabra EVOLVE 65 Mini: USB Audio (hw:12,0)", LISTING)


def test_a_number_that_another_card_has_by_now_is_not_ours() -> None:
    assert not still_there("Jabra EVOLVE 65: USB Audio (hw:0,0)", LISTING)
    assert not still_there("Jabra EVOLVE 65: USB Audio (hw:12,0)", LISTING)
    assert not still_there("Jabra EVOLVE 65: USB Audio (hw:1,0)", LISTING)
    assert not still_there("Jabra EVOLVE 65: USB Audio (hw:2,0)", "--- no soundcards ---\n")


def test_servers_are_no_cards() -> None:
    assert is_hardware("Jabra EVOLVE 65: USB Audio (hw:2,0)")
    assert not is_hardware("pulse")
    assert not still_there("pulse", LISTING)


def test_without_a_list_there_is_none(tmp_path: Path) -> None:
    assert cards(tmp_path / "cards") is None
    (tmp_path / "cards").write_text(LISTING)
    assert cards(tmp_path / "cards") == LISTING
