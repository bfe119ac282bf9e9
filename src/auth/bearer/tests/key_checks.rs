//! Which published keys may verify: one row for each member of a JWK that decides.

use serde_json::{Value, json};

use super::minting::{Signer, jwk_set};
use super::{NOW, at, claims, issuer, outcome};
use crate::auth::bearer::{KeyError, KeySet, KeySetError, SignatureAlgorithm, TokenError, verify};

/// Why the only key of a set is left out, or that it is not.
fn fault_of(jwk: &Value) -> Option<KeyError> {
    let set = KeySet::parse(jwk_set([jwk]).as_bytes()).unwrap();
    assert_eq!(set.len() + set.left_out().len(), 1);
    set.left_out().first().map(|left_out| left_out.fault)
}

#[test]
fn one_member_of_a_key_changed_decides_and_nothing_else_does() {
    let rows: Vec<(&str, &str, Value, Option<KeyError>, &str)> = vec![
        ("ES256", "use", json!("sig"), None, "for signatures"),
        ("ES256", "use", json!("enc"), Some(KeyError::NotForSignatures), "for encryption"),
        ("ES256", "use", json!(["sig"]), Some(KeyError::NotForSignatures), "an array"),
        ("ES256", "key_ops", json!(["verify"]), None, "to verify"),
        ("ES256", "key_ops", json!(["sign", "verify"]), None, "to verify, among others"),
        ("ES256", "key_ops", json!(["sign"]), Some(KeyError::NotForVerifying), "to sign"),
        ("ES256", "key_ops", json!([]), Some(KeyError::NotForVerifying), "for nothing"),
        ("ES256", "key_ops", json!("verify"), Some(KeyError::NotForVerifying), "a string"),
        ("ES256", "alg", json!("ES384"), Some(KeyError::AlgorithmIsNotForType), "another curve's algorithm"),
        ("ES256", "alg", json!("RS256"), Some(KeyError::AlgorithmIsNotForType), "another type's algorithm"),
        ("ES256", "alg", json!("ES521"), Some(KeyError::AlgorithmNotAccepted), "no algorithm"),
        ("ES256", "alg", json!("HS256"), Some(KeyError::AlgorithmNotAccepted), "a shared secret's algorithm"),
        ("ES256", "alg", json!("none"), Some(KeyError::AlgorithmNotAccepted), "none"),
        ("ES256", "alg", json!(null), Some(KeyError::AlgorithmNotAccepted), "null"),
        ("ES256", "crv", json!("P-384"), Some(KeyError::Malformed), "a curve of longer coordinates"),
        ("ES256", "crv", json!("P-521"), Some(KeyError::UnknownCurve), "a curve without algorithm here"),
        ("ES256", "crv", json!("secp256k1"), Some(KeyError::UnknownCurve), "bitcoin's curve"),
        ("ES256", "crv", json!(null), Some(KeyError::UnknownCurve), "null"),
        ("ES256", "x", json!("AAAA"), Some(KeyError::Malformed), "three bytes"),
        ("ES256", "y", json!(7), Some(KeyError::Malformed), "a number"),
        ("ES256", "y", json!("a+/="), Some(KeyError::Malformed), "base64's own alphabet"),
        ("ES256", "kty", json!("RSA"), Some(KeyError::Malformed), "another type's numbers"),
        ("ES256", "kty", json!("oct"), Some(KeyError::SharedSecret), "a shared secret"),
        ("ES256", "kty", json!("AKP"), Some(KeyError::UnknownType), "a type of later RFCs"),
        ("ES256", "kty", json!(null), Some(KeyError::UnknownType), "null"),
        ("ES256", "kid", json!(""), Some(KeyError::NoKid), "an empty name"),
        ("ES256", "kid", json!(1), Some(KeyError::NoKid), "a number"),
        ("ES256", "d", json!("AAAA"), Some(KeyError::Private), "the private half"),
        ("ES256", "x5c", json!(["MIIB"]), None, "a certificate, which nobody reads"),
        ("EdDSA", "crv", json!("Ed448"), Some(KeyError::UnknownCurve), "the longer Edwards curve"),
        ("EdDSA", "crv", json!("X25519"), Some(KeyError::UnknownCurve), "key agreement"),
        ("EdDSA", "x", json!("AAAA"), Some(KeyError::Malformed), "three bytes"),
        ("EdDSA", "alg", json!("ES256"), Some(KeyError::AlgorithmIsNotForType), "another type's algorithm"),
        ("RS256", "alg", json!("PS512"), None, "RSA keys serve either padding"),
        ("RS256", "alg", json!("RSA-OAEP"), Some(KeyError::AlgorithmNotAccepted), "encryption"),
        ("RS256", "alg", json!("ES256"), Some(KeyError::AlgorithmIsNotForType), "another type's algorithm"),
        ("RS256", "e", json!("AQ"), Some(KeyError::Exponent), "1"),
        ("RS256", "n", json!(null), Some(KeyError::Malformed), "null"),
    ];
    for (algorithm, member, value, expected, why) in rows {
        let mut jwk = Signer::of(algorithm, "k1").jwk;
        jwk[member] = value.clone();
        assert_eq!(fault_of(&jwk), expected, "{algorithm} with {member} = {value}: {why}");
    }
}

#[test]
fn a_name_and_a_type_are_required_and_a_purpose_is_not() {
    for (member, expected) in [
        ("kid", Some(KeyError::NoKid)),
        ("kty", Some(KeyError::UnknownType)),
        ("crv", Some(KeyError::UnknownCurve)),
        ("x", Some(KeyError::Malformed)),
        ("y", Some(KeyError::Malformed)),
        ("alg", None),
        ("use", None),
    ] {
        let mut jwk = Signer::es256("k1").jwk;
        jwk.as_object_mut().unwrap().remove(member).unwrap();
        assert_eq!(fault_of(&jwk), expected, "{member}");
    }
}

#[test]
fn a_key_without_alg_serves_the_algorithms_of_its_type_and_one_with_alg_serves_that_alone() {
    let unnamed = |algorithm: &str| {
        let mut jwk = Signer::of(algorithm, "k1").jwk;
        jwk.as_object_mut().unwrap().remove("alg").unwrap();
        KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap()
    };
    let serves = |set: &KeySet| {
        let fits = |algorithm: &SignatureAlgorithm| set.find("k1", *algorithm).is_ok();
        SignatureAlgorithm::ALL.into_iter().filter(fits).map(SignatureAlgorithm::name).collect::<Vec<_>>()
    };
    assert_eq!(serves(&unnamed("RS256")), ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]);
    assert_eq!(serves(&unnamed("ES256")), ["ES256"]);
    assert_eq!(serves(&unnamed("ES384")), ["ES384"]);
    assert_eq!(serves(&unnamed("EdDSA")), ["EdDSA"]);
    for algorithm in SignatureAlgorithm::ALL {
        let set = KeySet::parse(jwk_set([&Signer::of(algorithm.name(), "k1").jwk]).as_bytes()).unwrap();
        assert_eq!(serves(&set), [algorithm.name()]);
    }
}

#[test]
fn a_name_that_two_keys_share_finds_neither_and_the_third_still_serves() {
    let (first, second, third) = (Signer::es256("same"), Signer::es256("same"), Signer::es256("other"));
    let set = KeySet::parse(jwk_set([&first.jwk, &third.jwk, &second.jwk]).as_bytes()).unwrap();
    let faults: Vec<_> = set.left_out().iter().map(|one| (one.index, one.fault)).collect();
    assert_eq!(faults, [(0, KeyError::KidRepeated), (2, KeyError::KidRepeated)]);
    let decided = |token: &str| outcome(verify(token, &[(&issuer(), &set)], at(NOW)));
    assert_eq!(decided(&first.token(&claims())), Err(TokenError::UnknownKey));
    assert_eq!(decided(&second.token(&claims())), Err(TokenError::UnknownKey));
    assert_eq!(decided(&third.token(&claims())), Ok(()));
}

#[test]
fn what_is_no_key_set_is_named() {
    for (text, expected) in [
        ("[]", KeySetError::NoKeysArray),
        ("{}", KeySetError::NoKeysArray),
        (r#"{"keys": {}}"#, KeySetError::NoKeysArray),
        (r#"{"keys": [], "keys": []}"#, KeySetError::RepeatedMember),
        (r#"{"keys": [{"kid": "a", "kid": "b"}]}"#, KeySetError::RepeatedMember),
    ] {
        assert_eq!(KeySet::parse(text.as_bytes()).unwrap_err(), expected, "{text}");
    }
    assert!(matches!(KeySet::parse(b"<html>"), Err(KeySetError::NotJson(_))));
    assert!(KeySet::parse(br#"{"keys": []}"#).unwrap().is_empty());
    assert_eq!(KeySet::parse(br#"{"keys": ["text"]}"#).unwrap().left_out()[0].fault, KeyError::NotAnObject);
}

#[test]
fn a_point_off_its_curve_verifies_nothing() {
    let signer = Signer::es256("k1");
    let mut jwk = signer.jwk.clone();
    let (x, y) = (jwk["x"].clone(), jwk["y"].clone());
    jwk["x"] = y;
    jwk["y"] = x;
    let set = KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap();
    let decision = verify(&signer.token(&claims()), &[(&issuer(), &set)], at(NOW));
    assert_eq!(outcome(decision), Err(TokenError::BadSignature));
}

#[test]
fn a_key_can_be_logged_by_its_name_and_without_its_numbers() {
    let jwk = Signer::es256("k1").jwk;
    let shown = format!("{:?}", KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap());
    assert!(shown.contains("k1") && shown.contains("Es256"), "{shown}");
    assert!(!shown.contains(jwk["x"].as_str().unwrap()), "{shown}");
}
