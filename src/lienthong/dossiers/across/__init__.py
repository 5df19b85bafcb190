"""Dossiers between two installations: what travels, how it is written into a packet and read out of one."""
