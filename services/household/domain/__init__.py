"""The rules of the register of households, pure."""
