"""The national portal: what it is told, over which port, and a fake one."""
