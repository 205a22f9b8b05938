"""Speech into text: the recogniser's protocol, Whisper behind it, and the checks a text must pass."""
