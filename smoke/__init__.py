"""The parts of `smoke-test`."""
