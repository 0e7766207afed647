"""The embedded monthly panel: official figures, with their publishers credited in SOURCES.csv."""
