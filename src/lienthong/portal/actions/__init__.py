"""What people do on the portal, one verb each."""
