"""Files: reading programmes and rules with every fault named, and writing, whole or not at all."""
