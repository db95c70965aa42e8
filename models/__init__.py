"""What is remembered: tables, constraints and queries about one row."""
