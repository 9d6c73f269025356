"""A context that is put together by hand: a notebook's cells and outputs, files, values, each a row with its costs.

What doors that show such rows have in common. It knows no kernel, no server and no page.
"""
