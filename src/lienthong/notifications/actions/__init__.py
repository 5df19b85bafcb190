"""What changes notifications, mails, calendar feeds and comments."""
