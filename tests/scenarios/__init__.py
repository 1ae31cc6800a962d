"""A cluster full of known failures, and of healthy lookalikes, made with real controllers: what judgement is judged by.

One module per family lists cases; ``build`` makes them all in one control plane; ``score`` compares an answer of
``k8sview health`` with what the cases say. Nothing here imports k8sview: a case states the truth on its own.
"""
