"""The bundled model in 8, 4 and 2 bits a weight: the error of a block, the size, and what it costs."""
