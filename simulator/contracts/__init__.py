"""Records that rooms hand to each other. Nothing else is shared, and nothing of ours is imported here.

problem     one thing wrong with an input, and the error that carries all of them
document    a YAML file that remembers which line each value came from
names       near misses for a name that does not exist
component   a thing that stands in the town, a district with its people
link        what one component gets from another: power, data, water, road access
fault       what can break, and the door through which it is broken
catalogue   what a sub-system or a lifeline declares of itself
registry    all catalogues and plug-ins, collected when first asked for
level       a service level owed to people, and the measures it can be stated in
sensor      a cohort of like sensors and the readings it takes
city        the whole town as one typed graph
entries     rows of a city's tables, as people write them
model       input files as models: read, checked, explained and documented by one declaration
settings    the configuration file of a process as a record
event       one line of the event log
repair      trades, and how long repairs take
crews       who repairs what, and which job comes first
state       how a component is, in five classes
measurements what a database holds beside readings
history     what a run leaves for those who judge it
"""
