"""The rules of supervision (pure): clocks, lamps, figures, ranks, the draw."""
