//! Ed25519 keys with which anyone can make valid signatures, and second encodings of other keys.

use std::collections::BTreeSet;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

use super::minting::{Signer, encode, jwk_set};
use super::{NOW, at, claims_with, issuer, outcome};
use crate::auth::TokenError;
use crate::auth::bearer::{KeyError, KeySet, verify};

const SIGN_OF_X: u8 = 0x80;

fn jwk(point: &[u8; 32]) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "use": "sig", "x": encode(point)})
}

fn error_of(point: &[u8; 32]) -> Option<KeyError> {
    let set = KeySet::parse(jwk_set([&jwk(point)]).as_bytes()).unwrap();
    set.rejected().first().map(|key| key.error)
}

/// 2^255 - 19 + `k`: the numbers of 255 bits that are not reduced.
fn not_reduced(k: u8) -> [u8; 32] {
    let mut number = [0xff; 32];
    (number[0], number[31]) = (0xed + k, 0x7f);
    number
}

fn with_sign(mut point: [u8; 32], sign: u8) -> [u8; 32] {
    point[31] = (point[31] & !SIGN_OF_X) | sign;
    point
}

/// Every encoding of the eight points of small order that a decoder without the canonical form accepts.
fn small_order_encodings() -> BTreeSet<[u8; 32]> {
    let canonical = EIGHT_TORSION.map(|point| point.compress().to_bytes());
    let also_not_reduced = [not_reduced(0), not_reduced(1)];
    canonical
        .into_iter()
        .chain(also_not_reduced)
        .flat_map(|point| [with_sign(point, 0), with_sign(point, SIGN_OF_X)])
        .collect()
}

/// A token with a forged signature: R is the neutral element and S is zero. It is valid if the key times the hash of the
/// message is the neutral element too, so the claims are changed until it is.
fn forged_token(point: &[u8; 32]) -> Option<String> {
    let mut signature = [0; 64];
    signature[0] = 1;
    (0..1_000).find_map(|number| {
        let claims = claims_with("jti", json!(number.to_string()));
        let header = json!({"alg": "EdDSA", "kid": "k1"});
        let input =
            format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims.to_string().as_bytes()));
        let verifies = UnparsedPublicKey::new(&ED25519, point).verify(input.as_bytes(), &signature).is_ok();
        verifies.then(|| format!("{input}.{}", encode(&signature)))
    })
}

#[test]
fn rejects_keys_of_small_order_although_ring_accepts_their_forged_signatures() {
    let encodings = small_order_encodings();
    assert_eq!(encodings.len(), 14, "five y coordinates below p and two above, with both signs of x");
    for point in &encodings {
        assert!(CompressedEdwardsY(*point).decompress().unwrap().is_small_order(), "{point:02x?}");
        let token =
            forged_token(point).unwrap_or_else(|| panic!("{point:02x?}: ring rejects the key itself"));
        let set = KeySet::parse(jwk_set([&jwk(point)]).as_bytes()).unwrap();
        let decision = outcome(verify(&token, &[(&issuer(), &set)], at(NOW)));
        assert_eq!(decision, Err(TokenError::UnknownKey), "{point:02x?}");
        let expected =
            if point[0] >= 0xed && point[1] == 0xff { KeyError::NotCanonical } else { KeyError::SmallOrder };
        assert_eq!(error_of(point), Some(expected), "{point:02x?}");
    }
}

#[test]
fn rejects_every_encoding_that_is_not_reduced() {
    let mut second_encodings = 0;
    for k in 0..19 {
        for sign in [0, SIGN_OF_X] {
            let point = with_sign(not_reduced(k), sign);
            assert_eq!(error_of(&point), Some(KeyError::NotCanonical), "p + {k}, sign {sign:#x}");
            let mut reduced = [0; 32];
            reduced[0] = k;
            let decoded = [point, with_sign(reduced, sign)].map(|one| CompressedEdwardsY(one).decompress());
            assert_eq!(decoded[0], decoded[1], "p + {k} is k");
            second_encodings += usize::from(decoded[0].is_some());
        }
    }
    assert!(second_encodings > 4, "some are points of the curve: {second_encodings}");
}

#[test]
fn accepts_the_neighbours_of_rejected_points() {
    let mut two = [0; 32];
    two[0] = 2;
    let mut p_minus_two = not_reduced(0);
    p_minus_two[0] -= 2;
    for point in [two, p_minus_two] {
        for sign in [0, SIGN_OF_X] {
            assert_eq!(error_of(&with_sign(point, sign)), None, "{point:02x?}");
        }
    }
    for _ in 0..100 {
        let jwk = Signer::of("EdDSA", "k1").jwk;
        assert_eq!(KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap().len(), 1, "{jwk}");
    }
}
