"""The Python language host: it runs the program, in its own process and on its main thread."""
