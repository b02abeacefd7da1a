"""Java: JUnit 5, JUnit 4 and plain programs as tests; judge and guest compile in their own virtual machines."""
