//! Project Wycheproof's vectors for JSON Web Signature, JSON Web Crypto and JSON Web Key, from the folder that the
//! environment variable WYCHEPROOF names. They are not part of this repository; without the variable the test prints
//! that it did nothing.
//!
//! The payloads are not claim sets, so the test ends after the signature check. The verifier supports no HMAC and refuses
//! every token with one, which the counts assert. So that the HMAC vectors still test the strict parsing of segments and
//! header, this test does the HMAC itself with ring.

use std::io::Write as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use serde_json::Value;

use super::minting::jwk_set;
use crate::auth::TokenError;
use crate::auth::bearer::KeySet;
use crate::auth::bearer::claims::VerifiedToken;
use crate::auth::bearer::compact::UnverifiedToken;

/// Signature cases that contradict each other or need what is rejected on purpose.
const EXCLUDED: [(u64, &str); 8] = [
    (346, "a PS384 header under a key published for PS256"),
    (347, "`ES521`, which is not registered"),
    (350, "a PS384 header under a key published for PS256"),
    (351, "`ES521`, which is not registered"),
    (367, "byte for byte case 357, which is labelled valid"),
    (370, "byte for byte case 357, which is labelled valid"),
    (372, "labelled valid but has a `?`"),
    (373, "labelled valid but has a `?`"),
];

#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    cases: usize,
    as_labelled: usize,
    excluded: usize,
    accepted_by_the_verifier: usize,
    accepted_with_hmac_added: usize,
}

#[test]
fn accepts_exactly_the_vectors_labelled_valid() {
    let mut report = std::io::stderr();
    let Some(folder) = std::env::var_os("WYCHEPROOF") else {
        writeln!(report, "WYCHEPROOF is unset: NOTHING of Project Wycheproof's vectors was tried").unwrap();
        return;
    };
    let excluded: Vec<u64> = EXCLUDED.iter().map(|(case, _)| *case).collect();
    for (file, exclusions, expected) in [
        ("json_web_signature_test.json", excluded.as_slice(), [401, 393, 8, 32, 8]),
        ("json_web_crypto_test.json", &[], [83, 83, 0, 2, 2]),
        ("json_web_key_test.json", &[], [26, 26, 0, 1, 4]),
    ] {
        let count = try_file(&Path::new(&folder).join(file), exclusions);
        writeln!(report, "{file}: {count:?}").unwrap();
        let [cases, as_labelled, excluded, accepted_by_the_verifier, accepted_with_hmac_added] = expected;
        let expected =
            Count { cases, as_labelled, excluded, accepted_by_the_verifier, accepted_with_hmac_added };
        assert_eq!(count, expected, "{file}");
    }
}

fn try_file(path: &Path, exclusions: &[u64]) -> Count {
    let vectors: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut count = Count::default();
    for group in vectors["testGroups"].as_array().unwrap() {
        // Groups with a shared secret have no public key.
        let published = group.get("public").unwrap_or(&group["private"]);
        let keys: Vec<Value> = published
            .get("keys")
            .map_or_else(|| vec![published.clone()], |keys| keys.as_array().unwrap().clone());
        for case in group["tests"].as_array().unwrap() {
            count.cases += 1;
            let id = case["tcId"].as_u64().unwrap();
            if exclusions.contains(&id) {
                count.excluded += 1;
                continue;
            }
            let encrypted = case.get("jwe").is_some();
            let token = case.get("jws").or_else(|| case.get("jwe")).unwrap();
            let token = token.as_str().map_or_else(|| token.to_string(), str::to_owned);
            let accepted = verifier_accepts(&token, &keys);
            let with_hmac = !accepted && hmac_accepts(&token, &keys);
            count.accepted_by_the_verifier += usize::from(accepted);
            count.accepted_with_hmac_added += usize::from(with_hmac);
            // Encrypted tokens must never be accepted, valid or not.
            let labelled = case["result"] == "valid" && !encrypted;
            assert_eq!(accepted || with_hmac, labelled, "{}: case {id}, {}", path.display(), case["comment"]);
            count.as_labelled += 1;
        }
    }
    count
}

/// Whether the verifier accepts the signature.
fn verifier_accepts(token: &str, keys: &[Value]) -> bool {
    let keys = KeySet::parse(jwk_set(keys).as_bytes()).unwrap();
    UnverifiedToken::read(token).and_then(|token| VerifiedToken::verify(token, &keys)).is_ok()
}

/// Whether the verifier rejects the token only for its algorithm, and a strict HMAC check accepts it.
fn hmac_accepts(token: &str, keys: &[Value]) -> bool {
    if UnverifiedToken::read(token).err() != Some(TokenError::AlgorithmNotAccepted) {
        return false;
    }
    let segments: Vec<&str> = token.split('.').collect();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(segments[0]).unwrap()).unwrap();
    let (algorithm, hash_length) = match header["alg"].as_str().unwrap() {
        "HS256" => (hmac::HMAC_SHA256, 32),
        "HS384" => (hmac::HMAC_SHA384, 48),
        "HS512" => (hmac::HMAC_SHA512, 64),
        _ => return false,
    };
    // A set is ambiguous if it mixes secrets with public keys or repeats a `kid`.
    let named: Vec<&Value> = keys.iter().filter(|key| key["kid"] == header["kid"]).collect();
    let [key] = named.as_slice() else { return false };
    if keys.iter().any(|key| key["kty"] != "oct") || key["alg"] != header["alg"] || key["use"] == "enc" {
        return false;
    }
    let secret = URL_SAFE_NO_PAD.decode(key["k"].as_str().unwrap()).unwrap();
    let (input, tag) = token.rsplit_once('.').unwrap();
    let tag = URL_SAFE_NO_PAD.decode(tag).unwrap();
    secret.len() >= hash_length
        && hmac::verify(&hmac::Key::new(algorithm, &secret), input.as_bytes(), &tag).is_ok()
}
