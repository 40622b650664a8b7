"""The whole way, as operators run it: four processes and a broker, from a source to an alert."""
