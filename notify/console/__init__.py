"""The editors' door: where alerts are written, let out, watched and ended."""
