"""
The keeper: one process beside each run. It builds the walls, starts the program, watches everything that comes of it,
and says on its standard output what happened. It needs nothing but Python.
"""
