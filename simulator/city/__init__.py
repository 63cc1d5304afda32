"""The city as data: a folder with city.yaml and the files it names.

frame       from a network file's coordinates to the city's map
draft       a city folder as written
model       what may stand in city.yaml
table, geojson, where
            CSV, GeoJSON and single entries, each remembering where it was written
components  what types declare of their parameters, and what network files bring
read        a folder as a draft
networks    network files and their elements on the map
people      districts, and how many people live there
cohorts     sensor rules as cohorts
check       do the things that name each other exist and fit?
loader      a folder as a city
write       a draft as a folder
export      a city as GeoJSON for other programs
suggester   near misses among many names
generator   rules that lay roads' and ICT's couplings, lifelines and levels over the networks
importing   what planners have, as a city folder
demo        the demo city
"""
