"""The drift scenario: one cluster with many distinct drifts and their lookalikes, written by an independent client.

``tests.scenarios`` does the same for health; nothing here imports the program but the words of its answers.
"""
