"""An application on its way from the first page to the receipt: its steps, its owner, what is refused."""
