//! A valid token with one changed bit is refused.

use proptest::prelude::*;
use serde_json::json;

use super::minting::Signer;
use super::{claims, claims_with, decide, issuer};
use crate::auth::bearer::SignatureAlgorithm;

/// The token with one bit changed; `None` if the result is not text and so can't be a header's value.
fn flipped(token: &str, bit: usize) -> Option<String> {
    let mut bytes = token.as_bytes().to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    String::from_utf8(bytes).ok()
}

#[test]
fn refuses_token_of_each_key_type_with_any_bit_changed() {
    for algorithm in ["ES256", "EdDSA", "RS256"] {
        let signer = Signer::of(algorithm, "k1");
        let token = signer.token(&claims());
        assert!(decide(&token, &issuer(), &signer).is_ok());
        for bit in 0..token.len() * 8 {
            if let Some(changed) = flipped(&token, bit) {
                assert!(decide(&changed, &issuer(), &signer).is_err(), "{algorithm}, bit {bit}: {changed}");
            }
        }
    }
}

proptest! {
    #[test]
    fn refuses_any_token_of_any_algorithm_with_one_bit_changed(
        algorithm in 0..SignatureAlgorithm::ALL.len(),
        subject in "\\PC{1,40}",
        kid in "[ -~]{1,20}",
        place in any::<prop::sample::Index>(),
    ) {
        let signer = Signer::of(SignatureAlgorithm::ALL[algorithm].name(), &kid);
        let token = signer.token(&claims_with("sub", json!(subject)));
        prop_assert!(decide(&token, &issuer(), &signer).is_ok());
        if let Some(changed) = flipped(&token, place.index(token.len() * 8)) {
            prop_assert!(decide(&changed, &issuer(), &signer).is_err(), "{}", changed);
        }
    }
}
