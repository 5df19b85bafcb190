"""What a person is told, and how: in the app, by mail, in a calendar; and what people say to each other."""
