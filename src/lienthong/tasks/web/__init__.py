"""Pages of tasks: the lists, one task, the form that gives a task."""
