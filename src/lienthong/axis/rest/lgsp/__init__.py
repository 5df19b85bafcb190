"""The REST facade that provincial office systems (LGSP) already speak, over the axis' own functions."""
