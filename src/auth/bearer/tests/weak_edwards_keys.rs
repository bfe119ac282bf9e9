//! Ed25519 keys with which anybody can make signatures that verify, and second encodings of other keys.

use std::collections::BTreeSet;

use curve25519_dalek::constants::EIGHT_TORSION;
use curve25519_dalek::edwards::CompressedEdwardsY;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde_json::{Value, json};

use super::minting::{Signer, encode, jwk_set};
use super::{NOW, at, claims_with, issuer, outcome};
use crate::auth::bearer::{KeyError, KeySet, TokenError, verify};

const SIGN_OF_X: u8 = 0x80;

fn jwk(point: &[u8; 32]) -> Value {
    json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "alg": "EdDSA", "use": "sig", "x": encode(point)})
}

fn fault_of(point: &[u8; 32]) -> Option<KeyError> {
    let set = KeySet::parse(jwk_set([&jwk(point)]).as_bytes()).unwrap();
    set.left_out().first().map(|left_out| left_out.fault)
}

/// 2^255 - 19 + `k`, the numbers of 255 bits that are not reduced.
fn not_reduced(k: u8) -> [u8; 32] {
    let mut number = [0xff; 32];
    (number[0], number[31]) = (0xed + k, 0x7f);
    number
}

fn with_sign(mut point: [u8; 32], sign: u8) -> [u8; 32] {
    point[31] = (point[31] & !SIGN_OF_X) | sign;
    point
}

/// Every encoding of the eight points of small order, as a decoder takes them that asks for no canonical form.
fn small_order_encodings() -> BTreeSet<[u8; 32]> {
    let canonical = EIGHT_TORSION.map(|point| point.compress().to_bytes());
    let also_not_reduced = [not_reduced(0), not_reduced(1)];
    canonical
        .into_iter()
        .chain(also_not_reduced)
        .flat_map(|point| [with_sign(point, 0), with_sign(point, SIGN_OF_X)])
        .collect()
}

/// A token that nobody signed: R is the neutral element and S is zero. It verifies when the key times the hash of the
/// message is the neutral element as well, so the claims are changed until it does.
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
fn refuses_keys_of_small_order_with_which_ring_verifies_a_signature_that_nobody_made() {
    let encodings = small_order_encodings();
    assert_eq!(encodings.len(), 14, "five y coordinates below p and two above it, with both signs of x");
    for point in &encodings {
        assert!(CompressedEdwardsY(*point).decompress().unwrap().is_small_order(), "{point:02x?}");
        let token =
            forged_token(point).unwrap_or_else(|| panic!("{point:02x?}: ring refuses the key by itself"));
        let set = KeySet::parse(jwk_set([&jwk(point)]).as_bytes()).unwrap();
        let decision = outcome(verify(&token, &[(&issuer(), &set)], at(NOW)));
        assert_eq!(decision, Err(TokenError::UnknownKey), "{point:02x?}");
        let expected =
            if point[0] >= 0xed && point[1] == 0xff { KeyError::NotCanonical } else { KeyError::SmallOrder };
        assert_eq!(fault_of(point), Some(expected), "{point:02x?}");
    }
}

#[test]
fn refuses_every_encoding_that_is_not_reduced() {
    let mut second_encodings = 0;
    for k in 0..19 {
        for sign in [0, SIGN_OF_X] {
            let point = with_sign(not_reduced(k), sign);
            assert_eq!(fault_of(&point), Some(KeyError::NotCanonical), "p + {k}, sign {sign:#x}");
            let mut reduced = [0; 32];
            reduced[0] = k;
            let decoded = [point, with_sign(reduced, sign)].map(|one| CompressedEdwardsY(one).decompress());
            assert_eq!(decoded[0], decoded[1], "p + {k} is k");
            second_encodings += usize::from(decoded[0].is_some());
        }
    }
    assert!(second_encodings > 4, "some of them are points of the curve: {second_encodings}");
}

#[test]
fn takes_the_neighbours_of_what_is_refused() {
    let mut two = [0; 32];
    two[0] = 2;
    let mut p_minus_two = not_reduced(0);
    p_minus_two[0] -= 2;
    for point in [two, p_minus_two] {
        for sign in [0, SIGN_OF_X] {
            assert_eq!(fault_of(&with_sign(point, sign)), None, "{point:02x?}");
        }
    }
    for _ in 0..100 {
        let jwk = Signer::of("EdDSA", "k1").jwk;
        assert_eq!(KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap().len(), 1, "{jwk}");
    }
}
