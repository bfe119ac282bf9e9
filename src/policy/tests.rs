//! Tables over the whole of the policy: documents in, plans and findings out.
