"""The one-stop at work: a province-year of dossiers, its pages under load, its day, and a workflow engine.

`filling` makes the year, `pages` measures reads and writes over HTTP, `day` plays a day of the whole province
through the actions, `peer` runs the same process in SpiffWorkflow on the same PostgreSQL.
"""
