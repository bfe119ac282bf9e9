//! From credentials to a [`Caller`]: the claims that API Gateway's authorizer verified, or a bearer token that the
//! function verifies itself. There is no third way.

mod caller;
mod claim_names;
mod claim_values;
mod error;
mod token_error;

pub mod authorizer;
pub mod bearer;

pub(crate) use caller::bounded;
pub use caller::{Caller, LoggedCaller};
pub use claim_names::ClaimNames;
pub use error::{AuthenticationError, TenantError};
pub use token_error::{Segment, TokenError};
