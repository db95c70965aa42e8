"""The policy as data and as law: clauses, acts, roles, rules, and the guard that holds them.

Plain Python over plain data: no engine, no database. One set of automata serves three enforcers: the
proof over all paths of a diagram, the same exploration on the engine, and the guard of each step.
"""
