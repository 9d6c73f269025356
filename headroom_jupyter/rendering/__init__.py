"""How results look: one MIME bundle for notebooks, terminals and other programs. Pure: no store, no compressing."""
