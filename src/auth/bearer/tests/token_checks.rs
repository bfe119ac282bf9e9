//! One row for each check on the token's form and header.

use serde_json::{Value, json};

use super::minting::{Signer, encode};
use super::{claims, decide, issuer, outcome};
use crate::auth::bearer::SignatureAlgorithm;
use crate::auth::{MAX_TOKEN_LENGTH, Segment, TokenError};

#[test]
fn accepts_tokens_of_every_algorithm() {
    for algorithm in SignatureAlgorithm::ALL {
        let signer = Signer::of(algorithm.name(), "k1");
        let decision = decide(&signer.token(&claims()), &issuer(), &signer);
        assert!(decision.is_ok(), "{}: {decision:?}", algorithm.name());
    }
}

#[test]
fn accepts_or_refuses_token_by_one_changed_header_member() {
    let forbidden = |member: &'static str| Err(TokenError::ForbiddenHeader { member });
    let wrong = |member: &'static str| Err(TokenError::HeaderMember { member });
    let rows: Vec<(&str, Value, Result<(), TokenError>, &str)> = vec![
        ("typ", json!("JWT"), Ok(()), "a token"),
        ("typ", json!("jwt"), Ok(()), "media types ignore case"),
        ("typ", json!("at+jwt"), Ok(()), "an access token of RFC 9068"),
        ("typ", json!("AT+JWT"), Ok(()), "the same in capitals"),
        ("typ", json!("application/at+jwt"), Ok(()), "the same with its prefix"),
        ("typ", json!("dpop+jwt"), Err(TokenError::TypeNotAccepted), "a proof, not a token"),
        ("typ", json!("logout+jwt"), Err(TokenError::TypeNotAccepted), "a logout token"),
        ("typ", json!("secevent+jwt"), Err(TokenError::TypeNotAccepted), "a security event"),
        ("typ", json!("JOSE"), Err(TokenError::TypeNotAccepted), "any signed object"),
        ("typ", json!(""), Err(TokenError::TypeNotAccepted), "empty"),
        ("typ", json!("application/application/jwt"), Err(TokenError::TypeNotAccepted), "the prefix twice"),
        ("typ", json!(["JWT"]), wrong("typ"), "an array"),
        ("typ", json!(null), wrong("typ"), "null"),
        ("kid", json!(""), wrong("kid"), "empty"),
        ("kid", json!(1), wrong("kid"), "a number"),
        ("kid", json!(null), wrong("kid"), "null"),
        ("kid", json!("K1"), Err(TokenError::UnknownKey), "another case"),
        ("kid", json!("../../dev/null"), Err(TokenError::UnknownKey), "a path"),
        ("kid", json!("' OR 1=1 --"), Err(TokenError::UnknownKey), "a query"),
        ("alg", json!("none"), Err(TokenError::AlgorithmNotAccepted), "no signature"),
        ("alg", json!("HS256"), Err(TokenError::AlgorithmNotAccepted), "a shared secret"),
        ("alg", json!("es256"), Err(TokenError::AlgorithmNotAccepted), "another case"),
        ("alg", json!("ES384"), Err(TokenError::KeyIsNotForAlgorithm("ES384")), "another curve"),
        ("alg", json!("RS256"), Err(TokenError::KeyIsNotForAlgorithm("RS256")), "another family"),
        ("alg", json!(["ES256"]), wrong("alg"), "an array"),
        ("alg", json!(null), wrong("alg"), "null"),
        ("crit", json!(["exp"]), forbidden("crit"), "an extension"),
        ("crit", json!([]), forbidden("crit"), "an empty list, which RFC 7515 forbids"),
        ("b64", json!(false), forbidden("b64"), "a payload that is not base64url"),
        ("b64", json!(true), forbidden("b64"), "the extension with its default value"),
        ("jku", json!("https://issuer.example/keys"), forbidden("jku"), "where to fetch a key"),
        ("x5u", json!("https://issuer.example/cert"), forbidden("x5u"), "where to fetch a certificate"),
        ("x5c", json!(["MIIB"]), forbidden("x5c"), "a certificate"),
        ("jwk", json!({"kty": "EC"}), forbidden("jwk"), "a key"),
        ("cty", json!("JWT"), forbidden("cty"), "a nested token"),
        ("enc", json!("A256GCM"), forbidden("enc"), "an encrypted token's member"),
        ("zip", json!("DEF"), forbidden("zip"), "a compressed payload"),
        ("epk", json!({}), forbidden("epk"), "key agreement"),
        ("x5t", json!("dGh1bWI"), Ok(()), "a thumbprint only names a certificate"),
        ("unknown", json!(true), Ok(()), "RFC 7515 ignores unknown members"),
    ];
    let signer = Signer::es256("k1");
    for (member, value, expected, why) in rows {
        let mut header = signer.header();
        header[member] = value.clone();
        let token = signer.token_with(&header, &claims());
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), expected, "{member} = {value}: {why}");
    }
}

#[test]
fn requires_alg_and_kid_but_not_typ() {
    let signer = Signer::es256("k1");
    for (member, expected) in [
        ("alg", Err(TokenError::HeaderMember { member: "alg" })),
        ("kid", Err(TokenError::HeaderMember { member: "kid" })),
        ("typ", Ok(())),
    ] {
        let mut header = signer.header();
        header.as_object_mut().unwrap().remove(member).unwrap();
        let token = signer.token_with(&header, &claims());
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), expected, "{member}");
    }
}

#[test]
fn reads_token_of_8_kib_but_no_longer_one() {
    let signer = Signer::es256("k1");
    // The payload grows by one byte, so that the tokens have every length that base64 allows.
    let token_of = |padding: usize| {
        let mut claims = claims();
        claims["padding"] = json!("x".repeat(padding));
        signer.token(&claims)
    };
    let base = token_of(0).len();
    let room = (MAX_TOKEN_LENGTH - base) * 3 / 4;
    let fitting = (0..8).map(|less| token_of(room + 4 - less)).find(|token| token.len() <= MAX_TOKEN_LENGTH);
    let fitting = fitting.unwrap();
    assert!(fitting.len() > MAX_TOKEN_LENGTH - 2, "{}", fitting.len());
    assert_eq!(outcome(decide(&fitting, &issuer(), &signer)), Ok(()));
    assert_eq!(outcome(decide(&token_of(room + 8), &issuer(), &signer)), Err(TokenError::TooLong));
    let junk = "x".repeat(MAX_TOKEN_LENGTH + 1);
    assert_eq!(outcome(decide(&junk, &issuer(), &signer)), Err(TokenError::TooLong), "without parsing it");
    assert_eq!(
        outcome(decide(&junk[1..], &issuer(), &signer)),
        Err(TokenError::SegmentCount { found: 1 }),
        "one byte less is parsed"
    );
}

#[test]
fn rejects_token_without_exactly_three_segments() {
    let signer = Signer::es256("k1");
    let token = signer.token(&claims());
    let parts: Vec<&str> = token.split('.').collect();
    let count = |found: usize| TokenError::SegmentCount { found };
    for (token, expected) in [
        (String::new(), count(1)),
        ("a".to_owned(), count(1)),
        (format!("{}.{}", parts[0], parts[1]), count(2)),
        (format!("{token}."), count(4)),
        (format!("{token}.{}", parts[2]), count(4)),
        (format!(".{token}"), count(4)),
        (format!("{token}.a.b"), TokenError::Encrypted),
        (format!("{token}.a.b.c"), count(6)),
        (format!("{}.{}.", parts[0], parts[1]), TokenError::BadSignature),
        (format!("{}..{}", parts[0], parts[2]), TokenError::NotJson(Segment::Payload)),
        (format!(".{}.{}", parts[1], parts[2]), TokenError::NotJson(Segment::Header)),
        (
            json!({"protected": parts[0], "payload": parts[1], "signature": parts[2]}).to_string(),
            TokenError::JsonSerialization,
        ),
    ] {
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), Err(expected), "{token}");
    }
}

#[test]
fn rejects_other_spellings_of_a_segment() {
    let signer = Signer::of("EdDSA", "k1");
    // Claims whose base64 has four unused bits in its last symbol.
    let token = (0..3)
        .map(|padding| {
            let mut claims = claims();
            claims["padding"] = json!("x".repeat(padding));
            signer.token(&claims)
        })
        .find(|token| token.split('.').nth(1).unwrap().len() % 4 == 2)
        .unwrap();
    let parts: Vec<&str> = token.split('.').collect();
    let payload = parts[1];
    assert_eq!(outcome(decide(&token, &issuer(), &signer)), Ok(()));

    let last = payload.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sibling = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let unused_bit = format!("{}{sibling}", &payload[..payload.len() - 1]);
    let spaced = format!("{} {}", &payload[..4], &payload[4..]);
    let broken_line = format!("{}\n{}", &payload[..4], &payload[4..]);
    for (text, why) in [
        (format!("{payload}=="), "padding"),
        (unused_bit, "an unused bit is set"),
        (spaced, "a space"),
        (broken_line, "a line break"),
        (payload.replacen(|c: char| c.is_ascii_alphanumeric(), "+", 1), "base64's own alphabet"),
        (format!("{payload}\u{e9}"), "a letter beyond ASCII"),
    ] {
        let token = format!("{}.{text}.{}", parts[0], parts[2]);
        let refused = Err(TokenError::NotBase64Url(Segment::Payload));
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), refused, "{why}");
    }
    let token = format!("{}={}", parts[0], &token[parts[0].len()..]);
    assert_eq!(outcome(decide(&token, &issuer(), &signer)), Err(TokenError::NotBase64Url(Segment::Header)));
    let token = format!("{}.{payload}.{}==", parts[0], parts[2]);
    assert_eq!(
        outcome(decide(&token, &issuer(), &signer)),
        Err(TokenError::NotBase64Url(Segment::Signature))
    );
}

#[test]
fn rejects_header_or_payload_that_is_not_a_json_object_without_repeats() {
    let signer = Signer::es256("k1");
    let header = signer.header().to_string();
    let payload = claims().to_string();
    let with = |object: &str, member: &str| format!("{},{member}}}", object.strip_suffix('}').unwrap());
    let rows: Vec<(String, String, TokenError)> = vec![
        ("not json".to_owned(), payload.clone(), TokenError::NotJson(Segment::Header)),
        ("[]".to_owned(), payload.clone(), TokenError::NotAnObject(Segment::Header)),
        (format!("{header} {header}"), payload.clone(), TokenError::NotJson(Segment::Header)),
        (with(&header, r#""alg":"none""#), payload.clone(), TokenError::RepeatedMember(Segment::Header)),
        (with(&header, r#""\u0061lg":"none""#), payload.clone(), TokenError::RepeatedMember(Segment::Header)),
        (with(&header, r#""kid":"k1""#), payload.clone(), TokenError::RepeatedMember(Segment::Header)),
        (header.clone(), "not json".to_owned(), TokenError::NotJson(Segment::Payload)),
        (header.clone(), "\"text\"".to_owned(), TokenError::NotAnObject(Segment::Payload)),
        (header.clone(), String::new(), TokenError::NotJson(Segment::Payload)),
        (header.clone(), format!("\u{feff}{payload}"), TokenError::NotJson(Segment::Payload)),
        (header.clone(), with(&payload, r#""sub":"admin""#), TokenError::RepeatedMember(Segment::Payload)),
        (
            header.clone(),
            with(&payload, r#""deep":[{"a":1,"a":2}]"#),
            TokenError::RepeatedMember(Segment::Payload),
        ),
        (header.clone(), with(&payload, r#""big":1e400"#), TokenError::NotJson(Segment::Payload)),
        (header.clone(), "[".repeat(4000), TokenError::NotJson(Segment::Payload)),
    ];
    for (header, payload, expected) in rows {
        let token = signer.token_of_text(&header, &payload);
        assert_eq!(outcome(decide(&token, &issuer(), &signer)), Err(expected), "{header} {payload}");
    }
}

#[test]
fn rejects_payload_that_is_not_utf_8() {
    let signer = Signer::es256("k1");
    let input =
        format!("{}.{}", encode(signer.header().to_string().as_bytes()), encode(b"{\"sub\":\"\xff\"}"));
    let token = format!("{input}.{}", encode(&signer.sign(input.as_bytes())));
    let refused = Err(TokenError::NotJson(Segment::Payload));
    assert_eq!(outcome(decide(&token, &issuer(), &signer)), refused);
}
