"""The town generator: rules that lay over the networks what no network file says. Each rule says what it assumes.

bare_town   what rules build on: networks on one map, districts, the nearest of something
layer       what a rule lays: components, links and what goes with them; how much, and whose it is
links       how rules tie what they lay to the town, and generators
depots      where crews leave from
trenches    cables along the streets, and those that share one
town        all of them in order: what each sub-system and lifeline declares, in its `town`
"""
