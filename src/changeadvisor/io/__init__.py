"""Files: reading programmes and rules with every fault named, and writing them whole or not at all."""
