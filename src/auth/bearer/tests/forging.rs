//! The ways to forge a token that RFC 8725 and its kin list, each as a row: what an attacker without the issuer's key
//! can build, and why it does not pass.

use ring::hmac;
use serde_json::{Value, json};

use super::minting::{Signer, encode};
use super::{AUDIENCE, claims, claims_with, decide, issuer, outcome};
use crate::auth::bearer::{Segment, SignatureAlgorithm, TokenError};

/// A token whose third segment is an HMAC-SHA-256 with that secret, and whose header says so.
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
fn no_forged_token_passes() {
    let issuers = Signer::of("RS256", "k1");
    let attackers = Signer::es256("k1");
    let honest = issuers.token(&claims());
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
    let nested = json!({"iss": claims()["iss"], "jwt": honest}).to_string();
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
        (unsigned(&header), TokenError::BadSignature, "the signature left out"),
        (with_signature(&honest, &[0; 256]), TokenError::BadSignature, "a signature of zeros"),
        (with_signature(&honest, &[]), TokenError::BadSignature, "an empty signature"),
        // Section 2.1 and 3.1: the public key used as the secret of an HMAC.
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
        (hmac_token(&with("alg", json!("HS256")), b""), not_accepted, "HMAC keyed with nothing"),
        (hmac_token(&header, modulus), TokenError::BadSignature, "the same under the header's own alg"),
        // Section 2.1: another algorithm of the key's own type.
        (
            issuers.token_with(&with("alg", json!("PS256")), &claims()),
            TokenError::KeyIsNotForAlgorithm(SignatureAlgorithm::Ps256),
            "the other padding than the key's alg",
        ),
        (
            attackers.token_with(&with("alg", json!("ES256")), &claims()),
            TokenError::KeyIsNotForAlgorithm(SignatureAlgorithm::Es256),
            "an attacker's key of another type under the issuer's kid",
        ),
        // Section 2.3: a signature over something else, moved here.
        (
            with_signature(&honest, &issuers.sign(b"anything else")),
            TokenError::BadSignature,
            "the issuer's signature over another text",
        ),
        (
            {
                let other = issuers.token(&claims_with("sub", json!("admin")));
                let payload = other.split('.').nth(1).unwrap().to_owned();
                let parts: Vec<&str> = honest.split('.').collect();
                format!("{}.{payload}.{}", parts[0], parts[2])
            },
            TokenError::BadSignature,
            "the payload of one token with the signature of another",
        ),
        // Section 2.2, 3.2 and 3.7: encrypted, compressed, nested.
        (format!("{honest}.{}.{}", encode(b"iv"), encode(b"tag")), TokenError::Encrypted, "five segments"),
        (
            issuers.token_with(&with("zip", json!("DEF")), &claims()),
            TokenError::ForbiddenHeader { member: "zip" },
            "a compressed payload",
        ),
        (
            issuers.token_with(&with("cty", json!("JWT")), &claims()),
            TokenError::ForbiddenHeader { member: "cty" },
            "a nested token, announced",
        ),
        (
            issuers.token_of_text(&header.to_string(), &honest),
            TokenError::NotJson(Segment::Payload),
            "a token as another's payload",
        ),
        (
            issuers.token_of_text(&header.to_string(), &nested),
            TokenError::ClaimMissing { claim: "exp".to_owned() },
            "a token as another's claim",
        ),
        // Section 2.7 and 3.8, 3.9: substitution between issuers and audiences, by the issuer's own key.
        (
            issuers.token(&claims_with("aud", json!("another-application"))),
            TokenError::WrongAudience,
            "another application's token",
        ),
        (
            issuers.token(&claims_with("aud", json!([format!("{AUDIENCE} "), ""]))),
            TokenError::WrongAudience,
            "an audience that is almost ours",
        ),
        (
            issuers.token(&claims_with("iss", json!("https://issuer.example/another-pool"))),
            TokenError::UnknownIssuer,
            "another pool of the same host",
        ),
        // Section 2.8 and 3.11, 3.12: cross-JWT confusion.
        (
            issuers.token_with(&with("typ", json!("dpop+jwt")), &claims()),
            TokenError::TypeNotAccepted,
            "another kind of token by the issuer's key",
        ),
        (
            issuers.token(&claims_with("token_use", json!("id"))),
            TokenError::WrongTokenUse,
            "an ID token for an access token",
        ),
        // Section 2.9 and 3.10: keys that the token brings or names.
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
            "the attacker's key under a name of its own",
        ),
        (
            attackers.token_with(&json!({"alg": "ES256"}), &claims()),
            TokenError::HeaderMember { member: "kid" },
            "no name, in the hope that all keys are tried",
        ),
        (
            attackers.token_with(&json!({"alg": "ES256", "kid": "' UNION SELECT 'secret"}), &claims()),
            TokenError::UnknownKey,
            "a name that is a query",
        ),
        // RFC 7515, section 4.1.11, and RFC 7797: extensions that change the meaning.
        (
            issuers.token_with(&with("crit", json!(["http://example.com/extension"])), &claims()),
            TokenError::ForbiddenHeader { member: "crit" },
            "an unknown extension that must be understood",
        ),
        (
            issuers.token_with(&with("b64", json!(false)), &claims()),
            TokenError::ForbiddenHeader { member: "b64" },
            "an unencoded payload",
        ),
    ];
    assert_eq!(
        outcome(decide(&honest, &issuer(), &issuers)),
        Ok(()),
        "the honest token that all are made from"
    );
    for (token, expected, why) in rows {
        assert_eq!(outcome(decide(&token, &issuer(), &issuers)), Err(expected), "{why}");
    }
}

/// The signature that needs no key: r = s = 0 (CVE-2022-21449), and values at the edges of the group.
#[test]
fn ecdsa_signatures_of_zeros_and_of_the_groups_order_do_not_hold() {
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

/// ECDSA in ASN.1 is how X.509 writes it; a verifier that took both would accept two spellings of one signature.
#[test]
fn an_ecdsa_signature_in_asn_1_does_not_hold() {
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
