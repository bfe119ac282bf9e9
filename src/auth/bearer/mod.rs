//! Bearer tokens, verified by the function itself.
