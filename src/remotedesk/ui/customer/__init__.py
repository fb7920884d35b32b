"""The customer's windows."""
