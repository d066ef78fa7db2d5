"""What the simulation says: the names of what advice is set beside, and where a class is from."""

PERSIST_ALWAYS = "persist always"
FIRST_RED = "stop at the first red"
AMBER_RED = "amber twice adjust, red three times stop"
DICE_ALONE = "DICE alone"
#: The source of the class that a simulated register declares.
OF_THE_WORLDS = "the worlds' own file"
