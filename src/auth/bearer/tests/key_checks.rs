//! Which published keys may verify tokens: one row for each member of a JWK that is checked.

use serde_json::{Value, json};

use super::minting::{Signer, jwk_set};
use super::{NOW, at, claims, issuer, outcome};
use crate::auth::TokenError;
use crate::auth::bearer::{KeyError, KeySet, KeySetError, SignatureAlgorithm, verify};

/// Why the only key of a set is rejected.
fn error_of(jwk: &Value) -> Option<KeyError> {
    let set = KeySet::parse(jwk_set([jwk]).as_bytes()).unwrap();
    assert_eq!(set.len() + set.rejected().len(), 1);
    set.rejected().first().map(|key| key.error)
}

#[test]
fn accepts_or_rejects_key_by_one_changed_member() {
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
        ("ES256", "alg", json!("ES521"), Some(KeyError::AlgorithmNotAccepted), "not an algorithm"),
        ("ES256", "alg", json!("HS256"), Some(KeyError::AlgorithmNotAccepted), "a shared secret's algorithm"),
        ("ES256", "alg", json!("none"), Some(KeyError::AlgorithmNotAccepted), "none"),
        ("ES256", "alg", json!(null), Some(KeyError::AlgorithmNotAccepted), "null"),
        ("ES256", "crv", json!("P-384"), Some(KeyError::Malformed), "a curve of longer coordinates"),
        (
            "ES256",
            "crv",
            json!("P-521"),
            Some(KeyError::UnknownCurve),
            "a curve without an accepted algorithm",
        ),
        ("ES256", "crv", json!("secp256k1"), Some(KeyError::UnknownCurve), "Bitcoin's curve"),
        ("ES256", "crv", json!(null), Some(KeyError::UnknownCurve), "null"),
        ("ES256", "x", json!("AAAA"), Some(KeyError::Malformed), "three bytes"),
        ("ES256", "y", json!(7), Some(KeyError::Malformed), "a number"),
        ("ES256", "y", json!("a+/="), Some(KeyError::Malformed), "base64's own alphabet"),
        ("ES256", "kty", json!("RSA"), Some(KeyError::Malformed), "another type's numbers"),
        ("ES256", "kty", json!("oct"), Some(KeyError::SharedSecret), "a shared secret"),
        ("ES256", "kty", json!("AKP"), Some(KeyError::UnknownType), "a type of later RFCs"),
        ("ES256", "kty", json!(null), Some(KeyError::UnknownType), "null"),
        ("ES256", "kid", json!(""), Some(KeyError::NoKid), "empty"),
        ("ES256", "kid", json!(1), Some(KeyError::NoKid), "a number"),
        ("ES256", "d", json!("AAAA"), Some(KeyError::Private), "the private key"),
        ("ES256", "x5c", json!(["MIIB"]), None, "a certificate, which is ignored"),
        ("EdDSA", "crv", json!("Ed448"), Some(KeyError::UnknownCurve), "the longer Edwards curve"),
        ("EdDSA", "crv", json!("X25519"), Some(KeyError::UnknownCurve), "key agreement"),
        ("EdDSA", "x", json!("AAAA"), Some(KeyError::Malformed), "three bytes"),
        ("EdDSA", "alg", json!("ES256"), Some(KeyError::AlgorithmIsNotForType), "another type's algorithm"),
        ("RS256", "alg", json!("PS512"), None, "RSA keys may have either padding"),
        ("RS256", "alg", json!("RSA-OAEP"), Some(KeyError::AlgorithmNotAccepted), "encryption"),
        ("RS256", "alg", json!("ES256"), Some(KeyError::AlgorithmIsNotForType), "another type's algorithm"),
        ("RS256", "e", json!("AQ"), Some(KeyError::Exponent), "1"),
        ("RS256", "n", json!(null), Some(KeyError::Malformed), "null"),
    ];
    for (algorithm, member, value, expected, why) in rows {
        let mut jwk = Signer::of(algorithm, "k1").jwk;
        jwk[member] = value.clone();
        assert_eq!(error_of(&jwk), expected, "{algorithm} with {member} = {value}: {why}");
    }
}

#[test]
fn requires_kid_and_numbers_but_not_alg_or_use() {
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
        assert_eq!(error_of(&jwk), expected, "{member}");
    }
}

#[test]
fn key_is_for_its_alg_or_without_alg_for_all_of_its_type() {
    let unnamed = |algorithm: &str| {
        let mut jwk = Signer::of(algorithm, "k1").jwk;
        jwk.as_object_mut().unwrap().remove("alg").unwrap();
        KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap()
    };
    let algorithms = |set: &KeySet| {
        let is_for = |algorithm: &SignatureAlgorithm| set.find("k1").unwrap().is_for(*algorithm);
        SignatureAlgorithm::ALL.into_iter().filter(is_for).map(SignatureAlgorithm::name).collect::<Vec<_>>()
    };
    assert_eq!(algorithms(&unnamed("RS256")), ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"]);
    assert_eq!(algorithms(&unnamed("ES256")), ["ES256"]);
    assert_eq!(algorithms(&unnamed("ES384")), ["ES384"]);
    assert_eq!(algorithms(&unnamed("EdDSA")), ["EdDSA"]);
    for algorithm in SignatureAlgorithm::ALL {
        let set = KeySet::parse(jwk_set([&Signer::of(algorithm.name(), "k1").jwk]).as_bytes()).unwrap();
        assert_eq!(algorithms(&set), [algorithm.name()]);
    }
}

#[test]
fn rejects_keys_with_repeated_kid_but_not_the_others() {
    let (first, second, third) = (Signer::es256("same"), Signer::es256("same"), Signer::es256("other"));
    let set = KeySet::parse(jwk_set([&first.jwk, &third.jwk, &second.jwk]).as_bytes()).unwrap();
    let errors: Vec<_> = set.rejected().iter().map(|key| (key.index, key.error)).collect();
    assert_eq!(errors, [(0, KeyError::KidRepeated), (2, KeyError::KidRepeated)]);
    let decided = |token: &str| outcome(verify(token, &[(&issuer(), &set)], at(NOW)));
    assert_eq!(decided(&first.token(&claims())), Err(TokenError::UnknownKey));
    assert_eq!(decided(&second.token(&claims())), Err(TokenError::UnknownKey));
    assert_eq!(decided(&third.token(&claims())), Ok(()));
}

#[test]
fn rejects_text_that_is_not_a_key_set() {
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
    assert_eq!(KeySet::parse(br#"{"keys": ["text"]}"#).unwrap().rejected()[0].error, KeyError::NotAnObject);
}

#[test]
fn point_off_its_curve_verifies_nothing() {
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
fn debug_output_has_kid_but_no_numbers() {
    let jwk = Signer::es256("k1").jwk;
    let shown = format!("{:?}", KeySet::parse(jwk_set([&jwk]).as_bytes()).unwrap());
    assert!(shown.contains("k1") && shown.contains("Es256"), "{shown}");
    assert!(!shown.contains(jwk["x"].as_str().unwrap()), "{shown}");
}
