"""The benchmarks that the figures in docs/performance.md come from: ``script/bench``."""
