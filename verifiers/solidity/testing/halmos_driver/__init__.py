"""What runs beside Halmos in the sandbox."""
