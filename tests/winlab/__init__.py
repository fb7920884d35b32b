"""The lab that runs Windows' CPython with Windows' wheels under Wine; README.md says what a pass proves."""
