"""What counts where: periods, units and occurrences, cells, the catalogue of rates. Pure."""
