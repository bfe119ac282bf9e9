//! Reads the token from the value of an Authorization header (RFC 6750, section 2.1).

use crate::auth::error::AuthenticationError;
use crate::auth::token_error::TokenError;

/// The token in an Authorization header's value.
///
/// # Errors
/// `NoCredentials` if there is no value or it uses another scheme: RFC 6750, section 3.1, treats "an unsupported
/// authentication method" like missing credentials. `InvalidToken` if a bearer credential is not exactly one token.
pub(super) fn bearer_token(authorization: Option<&str>) -> Result<&str, AuthenticationError> {
    let value = authorization.unwrap_or_default();
    if value.is_empty() {
        return Err(AuthenticationError::NoCredentials);
    }
    // Gateways join repeated headers with a comma. Another reader may take either one, and no token has a comma, so the
    // value is rejected.
    if value.contains(',') {
        return Err(TokenError::SeveralCredentials.into());
    }
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(AuthenticationError::NoCredentials);
    }
    let token = rest.trim_start_matches(' ');
    // Other characters are rejected later, with a more precise error. White space means that more than a token was sent.
    if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(TokenError::NotOneToken.into());
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ignores_case_of_scheme_but_not_of_token() {
        for value in ["Bearer a.B.c", "bearer a.B.c", "BEARER a.B.c", "bEaReR   a.B.c"] {
            assert_eq!(bearer_token(Some(value)), Ok("a.B.c"), "{value}");
        }
    }

    #[test]
    fn missing_or_empty_header_or_another_scheme_is_no_credentials() {
        for value in
            [None, Some(""), Some("Basic dTpw"), Some("Bearer_ a.b.c"), Some("a.b.c"), Some("DPoP a.b.c")]
        {
            assert_eq!(bearer_token(value), Err(AuthenticationError::NoCredentials), "{value:?}");
        }
    }

    #[test]
    fn rejects_header_with_comma_anywhere() {
        for value in
            ["Bearer a.b.c, Bearer d.e.f", "Bearer a.b.c,", ",Bearer a.b.c", "Basic dTpw, Bearer a.b.c"]
        {
            let refused = Err(AuthenticationError::InvalidToken(TokenError::SeveralCredentials));
            assert_eq!(bearer_token(Some(value)), refused, "{value}");
        }
    }

    #[test]
    fn rejects_bearer_without_exactly_one_token() {
        for value in
            ["Bearer", "bearer ", "Bearer a.b.c d", "Bearer a.b.c ", "Bearer \ta.b.c", "Bearer a.b.c\n"]
        {
            let refused = Err(AuthenticationError::InvalidToken(TokenError::NotOneToken));
            assert_eq!(bearer_token(Some(value)), refused, "{value:?}");
        }
    }
}
