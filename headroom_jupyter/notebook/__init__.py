"""In the kernel: magics, display, widgets. A door: nothing else in the package imports it."""
