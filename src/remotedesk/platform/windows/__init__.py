"""Windows adapters."""
