"""Tests of the explorer in a real browser.

A package, so that the fixture `browser` of scope "package" ends with this folder.
"""
