"""From measurement to judgement: bands, wording, protocols, the call's summary."""
