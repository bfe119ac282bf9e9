//! How many calls.
