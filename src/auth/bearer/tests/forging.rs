//! Forged tokens, one row for each attack of RFC 8725 and related RFCs: what an attacker without the issuer's key can
//! make, and the error that rejects it.

use ring::hmac;
use serde_json::{Value, json};

use super::minting::{Signer, encode};
use super::{AUDIENCE, claims, claims_with, decide, issuer, outcome};
use crate::auth::{Segment, TokenError};

/// A token with this header, signed by HMAC-SHA-256 with this secret.
fn hmac_token(header: &Value, secret: &[u8]) -> String {
    let input =
        format!("{}.{}", encode(header.to_string().as_bytes()), encode(claims().to_string().as_bytes()));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), input.as_bytes());
    format!("{input}.{}", encode(tag.as_ref()))
}

/// The token with its third segment replaced.
fn with_signature(token: &str, signature: &[u8]) -> String {
    format!("{}.{}", token.rsplit_once('.').unwrap().0, encode(signature))
}

#[test]
fn rejects_forged_tokens() {
    let issuers = Signer::of("RS256", "k1");
    let attackers = Signer::es256("k1");
    let valid = issuers.token(&claims());
    let header = issuers.header();
    let with = |member: &str, value: Value| {
        let mut header = header.clone();
        header[member] = value;
        header
    };
    let unsigned = |header: &Value| {
        format!("{}.{}.", encode(header.to_string().as_bytes()), encode(claims().to_string().as_bytes()))
    };
    let modulus = issuers.jwk["n"].as_str().unwrap().as_bytes();
    let jwk_text = issuers.jwk.to_string();
    let nested = json!({"iss": claims()["iss"], "jwt": valid}).to_string();
    let not_accepted = TokenError::AlgorithmNotAccepted;

    let rows: Vec<(String, TokenError, &str)> = vec![
        // RFC 8725, section 2.1: weak signatures and insufficient signature validation.
        (unsigned(&with("alg", json!("none"))), not_accepted.clone(), "alg none, no signature"),
        (unsigned(&with("alg", json!("None"))), not_accepted.clone(), "alg None"),
        (unsigned(&with("alg", json!("nOnE"))), not_accepted.clone(), "alg nOnE"),
        (
            with_signature(&unsigned(&with("alg", json!("none"))), b"x"),
            not_accepted.clone(),
            "alg none, signed",
        ),
        (unsigned(&header), TokenError::BadSignature, "no signature"),
        (with_signature(&valid, &[0; 256]), TokenError::BadSignature, "a signature of zeros"),
        (with_signature(&valid, &[]), TokenError::BadSignature, "an empty signature"),
        // Sections 2.1 and 3.1: the public key used as the secret of an HMAC.
        (
            hmac_token(&with("alg", json!("HS256")), modulus),
            not_accepted.clone(),
            "HMAC keyed with the modulus",
        ),
        (
            hmac_token(&with("alg", json!("HS256")), jwk_text.as_bytes()),
            not_accepted.clone(),
            "HMAC keyed with the JWK",
        ),
        (hmac_token(&with("alg", json!("HS256")), b""), not_accepted, "HMAC with an empty key"),
        (hmac_token(&header, modulus), TokenError::BadSignature, "the same with the real `alg`"),
        // Section 2.1: another algorithm of the key's own type.
        (
            issuers.token_with(&with("alg", json!("PS256")), &claims()),
            TokenError::KeyIsNotForAlgorithm("PS256"),
            "another padding than the key's alg",
        ),
        (
            attackers.token_with(&with("alg", json!("ES256")), &claims()),
            TokenError::KeyIsNotForAlgorithm("ES256"),
            "an attacker's key of another type with the issuer's kid",
        ),
        // Section 2.3: a signature over another text.
        (
            with_signature(&valid, &issuers.sign(b"anything else")),
            TokenError::BadSignature,
            "the issuer's signature over another text",
        ),
        (
            {
                let other = issuers.token(&claims_with("sub", json!("admin")));
                let payload = other.split('.').nth(1).unwrap().to_owned();
                let parts: Vec<&str> = valid.split('.').collect();
                format!("{}.{payload}.{}", parts[0], parts[2])
            },
            TokenError::BadSignature,
            "the payload of one token with the signature of another",
        ),
        // Sections 2.2, 3.2 and 3.7: encrypted, compressed, nested.
        (format!("{valid}.{}.{}", encode(b"iv"), encode(b"tag")), TokenError::Encrypted, "five segments"),
        (
            issuers.token_with(&with("zip", json!("DEF")), &claims()),
            TokenError::ForbiddenHeader { member: "zip" },
            "a compressed payload",
        ),
        (
            issuers.token_with(&with("cty", json!("JWT")), &claims()),
            TokenError::ForbiddenHeader { member: "cty" },
            "a declared nested token",
        ),
        (
            issuers.token_of_text(&header.to_string(), &valid),
            TokenError::NotJson(Segment::Payload),
            "a token as the payload of another",
        ),
        (
            issuers.token_of_text(&header.to_string(), &nested),
            TokenError::ClaimMissing { claim: "exp".to_owned() },
            "a token as a claim of another",
        ),
        // Sections 2.7, 3.8 and 3.9: substitution between issuers and audiences, with the issuer's own key.
        (
            issuers.token(&claims_with("aud", json!("another-application"))),
            TokenError::WrongAudience,
            "another application's token",
        ),
        (
            issuers.token(&claims_with("aud", json!([format!("{AUDIENCE} "), ""]))),
            TokenError::WrongAudience,
            "an audience that is almost accepted",
        ),
        (
            issuers.token(&claims_with("iss", json!("https://issuer.example/another-pool"))),
            TokenError::UnknownIssuer,
            "another pool on the same host",
        ),
        // Sections 2.8, 3.11 and 3.12: cross-JWT confusion.
        (
            issuers.token_with(&with("typ", json!("dpop+jwt")), &claims()),
            TokenError::TypeNotAccepted,
            "another type of token, signed with the issuer's key",
        ),
        (
            issuers.token(&claims_with("token_use", json!("id"))),
            TokenError::WrongTokenUse,
            "an ID token instead of an access token",
        ),
        // Sections 2.9 and 3.10: keys that the token has or names.
        (
            attackers.token_with(&json!({"alg": "ES256", "kid": "k1", "jwk": attackers.jwk}), &claims()),
            TokenError::ForbiddenHeader { member: "jwk" },
            "the attacker's key in the token",
        ),
        (
            attackers.token_with(
                &json!({"alg": "ES256", "kid": "k1", "jku": "https://attacker.example"}),
                &claims(),
            ),
            TokenError::ForbiddenHeader { member: "jku" },
            "the attacker's key set by address",
        ),
        (
            attackers.token_with(
                &json!({"alg": "ES256", "kid": "k1", "x5u": "https://attacker.example"}),
                &claims(),
            ),
            TokenError::ForbiddenHeader { member: "x5u" },
            "the attacker's certificate by address",
        ),
        (
            attackers.token_with(&json!({"alg": "ES256", "kid": "k1", "x5c": ["MIIB"]}), &claims()),
            TokenError::ForbiddenHeader { member: "x5c" },
            "the attacker's certificate in the token",
        ),
        (
            attackers.token_with(&json!({"alg": "ES256", "kid": "k2"}), &claims()),
            TokenError::UnknownKey,
            "the attacker's key with its own kid",
        ),
        (
            attackers.token_with(&json!({"alg": "ES256"}), &claims()),
            TokenError::HeaderMember { member: "kid" },
            "no kid, so that a verifier may try all keys",
        ),
        (
            attackers.token_with(&json!({"alg": "ES256", "kid": "' UNION SELECT 'secret"}), &claims()),
            TokenError::UnknownKey,
            "SQL as kid",
        ),
        // RFC 7515, section 4.1.11, and RFC 7797: extensions that change how a token is read.
        (
            issuers.token_with(&with("crit", json!(["http://example.com/extension"])), &claims()),
            TokenError::ForbiddenHeader { member: "crit" },
            "a critical extension that is unknown",
        ),
        (
            issuers.token_with(&with("b64", json!(false)), &claims()),
            TokenError::ForbiddenHeader { member: "b64" },
            "an unencoded payload",
        ),
    ];
    assert_eq!(
        outcome(decide(&valid, &issuer(), &issuers)),
        Ok(()),
        "the valid token that all others are made from"
    );
    for (token, expected, why) in rows {
        assert_eq!(outcome(decide(&token, &issuer(), &issuers)), Err(expected), "{why}");
    }
}

/// r = s = 0 is a signature without a key (CVE-2022-21449); the order of the group is its other bound.
#[test]
fn rejects_ecdsa_signature_of_zeros_or_of_the_group_order() {
    let signer = Signer::es256("k1");
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51_u8,
    ];
    let token = signer.token(&claims());
    for (r, s) in [([0; 32], [0; 32]), (order, order), ([0; 32], order), (order, [0; 32])] {
        let forged = with_signature(&token, &[r, s].concat());
        assert_eq!(outcome(decide(&forged, &issuer(), &signer)), Err(TokenError::BadSignature));
    }
}

/// X.509 has ECDSA signatures in ASN.1. If both forms were accepted, one signature would have two spellings.
#[test]
fn rejects_ecdsa_signature_in_asn_1() {
    let signer = Signer::es256("k1");
    let token = signer.token(&claims());
    let raw = signer.sign(token.rsplit_once('.').unwrap().0.as_bytes());
    let integer = |number: &[u8]| {
        let number: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
        let sign: &[u8] = if number[0] >= 0x80 { &[0] } else { &[] };
        [&[2, u8::try_from(number.len() + sign.len()).unwrap()], sign, &number].concat()
    };
    let body = [integer(&raw[..32]), integer(&raw[32..])].concat();
    let asn1 = [&[0x30, u8::try_from(body.len()).unwrap()], body.as_slice()].concat();
    assert_eq!(outcome(decide(&with_signature(&token, &raw), &issuer(), &signer)), Ok(()));
    assert_eq!(
        outcome(decide(&with_signature(&token, &asn1), &issuer(), &signer)),
        Err(TokenError::BadSignature)
    );
}
