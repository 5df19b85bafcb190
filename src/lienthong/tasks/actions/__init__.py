"""What is done with tasks: giving, working, deciding; and what other agencies report of theirs."""
