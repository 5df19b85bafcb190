"""Queue tickets of a one-stop's hall: drawn at a kiosk, called to a counter, shown on a public display."""
