"""Two sides as equals: two clusters, or a cluster and what it was. What differs, and what cannot be compared at all.

``objects`` pairs and compares objects, ``bodies`` makes two bodies comparable, ``vouching`` says where something
covered is the same all the same, ``facts``, ``verdicts`` compare what is known of clusters, components and checks,
``renames`` and ``intended`` obey a rule file. Nothing here is asked of a cluster; who hands it over has read it.
"""
