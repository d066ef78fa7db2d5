"""What the makefile runs to make things anew."""
