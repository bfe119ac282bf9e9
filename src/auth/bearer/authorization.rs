//! From the value of the Authorization header to the token in it (RFC 6750, section 2.1).

use crate::auth::{AuthenticationError, TokenError};

/// The token of an Authorization header's value.
///
/// # Errors
/// `NoCredentials` when there is no value, or it uses another scheme: RFC 6750, section 3.1, puts "an unsupported
/// authentication method" on one footing with none. `InvalidToken` when the value is a bearer credential and is not
/// exactly one token.
pub(super) fn bearer_token(authorization: Option<&str>) -> Result<&str, AuthenticationError> {
    let value = authorization.unwrap_or_default();
    if value.is_empty() {
        return Err(AuthenticationError::NoCredentials);
    }
    // Gateways join two headers of one name with a comma. Which of the two another reader takes is anyone's guess, and
    // no token has a comma, so neither is taken.
    if value.contains(',') {
        return Err(AuthenticationError::InvalidToken(TokenError::SeveralCredentials));
    }
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return Err(AuthenticationError::NoCredentials);
    }
    let token = rest.trim_start_matches(' ');
    // A token of another alphabet is refused with more precision later; white space inside is refused here because it
    // means that more than a token was sent.
    if token.is_empty() || token.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(AuthenticationError::InvalidToken(TokenError::NotOneToken));
    }
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_is_read_without_case_and_the_token_as_it_is() {
        for value in ["Bearer a.B.c", "bearer a.B.c", "BEARER a.B.c", "bEaReR   a.B.c"] {
            assert_eq!(bearer_token(Some(value)), Ok("a.B.c"), "{value}");
        }
    }

    #[test]
    fn no_header_an_empty_one_and_other_schemes_are_no_credentials() {
        for value in
            [None, Some(""), Some("Basic dTpw"), Some("Bearer_ a.b.c"), Some("a.b.c"), Some("DPoP a.b.c")]
        {
            assert_eq!(bearer_token(value), Err(AuthenticationError::NoCredentials), "{value:?}");
        }
    }

    #[test]
    fn a_header_with_a_comma_is_refused_whatever_stands_on_either_side() {
        for value in
            ["Bearer a.b.c, Bearer d.e.f", "Bearer a.b.c,", ",Bearer a.b.c", "Basic dTpw, Bearer a.b.c"]
        {
            let refused = Err(AuthenticationError::InvalidToken(TokenError::SeveralCredentials));
            assert_eq!(bearer_token(Some(value)), refused, "{value}");
        }
    }

    #[test]
    fn bearer_without_exactly_one_token_is_refused() {
        for value in
            ["Bearer", "bearer ", "Bearer a.b.c d", "Bearer a.b.c ", "Bearer \ta.b.c", "Bearer a.b.c\n"]
        {
            let refused = Err(AuthenticationError::InvalidToken(TokenError::NotOneToken));
            assert_eq!(bearer_token(Some(value)), refused, "{value:?}");
        }
    }
}
