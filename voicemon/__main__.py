"""``python -m voicemon``."""

from voicemon.cli.main import run

if __name__ == "__main__":
    run()
