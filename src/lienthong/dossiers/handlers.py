"""What the app does when something became true elsewhere."""
