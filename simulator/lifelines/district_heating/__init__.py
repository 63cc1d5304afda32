"""District heating: plants, circulation pumps, heat stores, and homes that cool by a time constant.

catalogue  what it declares, as data
model      how rooms cool and warm up: closed forms
network    who gets how much heat, from what works, and when that changes next
process    the homes of a district as a lifeline
events     what it logs
"""
