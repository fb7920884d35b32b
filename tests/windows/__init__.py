"""The Windows adapters, run for real on Windows or, by `make test-windows`, under Wine."""
