//! Makes a [`Caller`] from credentials: the claims that API Gateway's authorizer verified, or a bearer token that the
//! function verifies itself. There is no other way to get one.

mod caller;
mod claim_names;
mod claim_values;
mod error;
mod token_error;

pub mod authorizer;
pub mod bearer;

pub use caller::{Caller, LoggedCaller};
pub use claim_names::ClaimNames;
pub use error::{AuthenticationError, TenantError};
pub use token_error::{MAX_TOKEN_LENGTH, Segment, TokenError};
