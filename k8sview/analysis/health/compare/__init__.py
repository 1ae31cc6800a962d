"""What two other judges, kstatus and Argo CD, say of an object, and by which rule, where it differs from our verdict.

Their rules are told here as they are, mistakes included, and never mended; none of them feeds our own verdicts.
kstatus is kubernetes-sigs/cli-utils as of October 2025, Argo CD is 3.6 as installed: scripts that an administrator
adds to it cannot be known.
"""
