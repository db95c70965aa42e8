"""How the city is doing: what waits where, how long steps take, and how that changes by the month.

Everything is counted from the rows of cases and steps at the moment of asking, and nothing is
written. Confidential cases are left out of every figure; `counts.confidential` counts them apart.
"""
