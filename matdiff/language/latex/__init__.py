"""LaTeX as a spelling of the language: ``transcription.transcribe`` writes it in plain signs, place by place."""
