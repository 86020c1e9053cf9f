"""For tests: the pytest plugins, and what checks a layer of one's own."""
