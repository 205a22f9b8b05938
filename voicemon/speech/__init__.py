"""What a channel is doing: speech, utterances, rate, silence, turns."""
