"""Where matches go besides browsers: alerts, feeds, whatever an installed package offers. One class a sink."""
