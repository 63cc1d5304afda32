"""The workbench: what-if on the map of a town, in a browser on the same machine.

guard    who may ask: the token, the names of this machine, the page itself
mapdata  the town as its map and its lists show it
things   one component: what it is, what it leans on, what leans on it
routes   what is answered under which address
serve    the server on 127.0.0.1
"""
