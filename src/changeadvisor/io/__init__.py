"""Files: programmes, workbooks and rules read and written, with every fault named by its place."""
