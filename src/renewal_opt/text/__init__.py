"""One sentence a rule family, Chinese and English: `TITLE`, `RULE`, and `describe(row)` in `text/<family>.py`."""
