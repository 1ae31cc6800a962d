"""The one comparer: what is desired against what is live, with everything that only looks different left out.

``compare.compare`` is the door. ``rules`` is the table of what is normalised (N1 to N20), ``security`` of what no rule
may hide, ``lists`` of how lists are matched. Who wrote a difference, and whether it matters, is judged elsewhere.
"""
