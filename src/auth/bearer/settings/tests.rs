use std::collections::HashMap;

use super::{BearerSettings, KeySource, TokenUse};
use crate::auth::claim_names::ClaimNames;
use crate::settings::Settings;

const USUAL: &[(&str, &str)] =
    &[("JWT_ISSUER", "https://issuer.example/pool"), ("JWT_AUDIENCE", "meetings-client")];

/// Reads settings; errors are returned as `SETTING detail`.
fn read(variables: &[(&str, &str)]) -> Result<BearerSettings, Vec<String>> {
    let variables: HashMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let lookup = |name: &str| variables.get(name).cloned();
    let mut errors = Vec::new();
    let settings = BearerSettings::read(&Settings::new(&lookup), &ClaimNames::default(), &mut errors);
    assert_eq!(settings.is_some(), errors.is_empty(), "settings are returned exactly if there is no error");
    settings.ok_or_else(|| errors.iter().map(ToString::to_string).collect())
}

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    USUAL
        .iter()
        .copied()
        .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
        .chain(more.iter().copied())
        .collect()
}

/// A file that is removed when the value is dropped.
struct KeyFile(std::path::PathBuf);

impl KeyFile {
    fn new(name: &str, text: &str) -> Self {
        let path = std::env::temp_dir().join(format!("meeting-gateway-{}-{name}.json", std::process::id()));
        std::fs::write(&path, text).unwrap();
        KeyFile(path)
    }

    fn path(&self) -> &str {
        self.0.to_str().unwrap()
    }
}

impl Drop for KeyFile {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).unwrap();
    }
}

const ONE_KEY: &str = r#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#;

#[test]
fn requires_only_issuer_and_audience() {
    let settings = read(USUAL).unwrap();
    let [issuer] = settings.issuers.as_slice() else { panic!("{settings:?}") };
    assert_eq!(issuer.issuer, "https://issuer.example/pool");
    assert_eq!(issuer.audiences, ["meetings-client"]);
    assert_eq!(issuer.claim_names, ClaimNames::default());
    assert_eq!(issuer.tenants, None);
    assert_eq!(issuer.token_use, TokenUse::Access);
    let KeySource::Discovered(discovery) = &issuer.keys else { panic!("{issuer:?}") };
    assert_eq!(
        discovery.configuration().as_str(),
        "https://issuer.example/pool/.well-known/openid-configuration"
    );
}

#[test]
fn splits_audiences_at_commas_and_trims_them() {
    let settings = read(&with(&[("JWT_AUDIENCE", "one, two ,three")])).unwrap();
    assert_eq!(settings.issuers[0].audiences, ["one", "two", "three"]);
}

#[test]
fn empty_optional_setting_counts_as_unset() {
    let unset = [("JWKS_URI", ""), ("JWKS_FILE", ""), ("JWT_ISSUERS", ""), ("TOKEN_USE", "")];
    assert!(matches!(read(&with(&unset)).unwrap().issuers[0].keys, KeySource::Discovered(_)));
}

#[test]
fn rejects_one_invalid_setting() {
    let missing = "/nonexistent/keys.json";
    for (change, error) in [
        (("JWT_ISSUER", ""), "JWT_ISSUER is required"),
        (("JWT_ISSUER", "issuer.example"), "JWT_ISSUER is not an absolute URL"),
        (("JWT_ISSUER", "http://issuer.example"), "JWT_ISSUER must begin with https://"),
        (("JWT_ISSUER", "https://issuer.example?x=1"), "JWT_ISSUER must have no query"),
        (("JWT_ISSUER", "https://issuer.example "), "JWT_ISSUER has white space"),
        (("JWT_AUDIENCE", ""), "JWT_AUDIENCE is required"),
        (("JWT_AUDIENCE", "one,,two"), "JWT_AUDIENCE has an empty audience"),
        (("JWT_AUDIENCE", ","), "JWT_AUDIENCE has an empty audience"),
        (("JWKS_URI", "http://issuer.example/keys"), "JWKS_URI must begin with https://"),
        (("JWKS_URI", "keys.json"), "JWKS_URI is not an absolute URL"),
        (("JWKS_FILE", "/dev/zero"), "JWKS_FILE `/dev/zero` is larger than"),
        (("JWKS_FILE", "/tmp"), "JWKS_FILE `/tmp` can't be read"),
        (("JWKS_FILE", missing), "JWKS_FILE `/nonexistent/keys.json` can't be read"),
        (("TOKEN_USE", "refresh"), "TOKEN_USE must be `access` or `id`"),
        (("TOKEN_USE", "Access"), "TOKEN_USE must be `access` or `id`"),
    ] {
        let errors = read(&with(&[change])).unwrap_err();
        assert!(errors[0].starts_with(error), "{change:?}: {errors:?}");
    }
    assert_eq!(read(&with(&[("TOKEN_USE", "id")])).unwrap().issuers[0].token_use, TokenUse::Id);
}

#[test]
fn reports_all_errors_at_once() {
    let errors = read(&[("JWT_AUDIENCE", ",a"), ("JWKS_URI", "ftp://x"), ("TOKEN_USE", "both")]).unwrap_err();
    let named: Vec<&str> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
    assert_eq!(named, ["TOKEN_USE", "JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI"]);
}

#[test]
fn issuer_need_not_be_a_url_if_the_address_of_its_keys_is_set() {
    let settings = with(&[("JWT_ISSUER", "accounts.example"), ("JWKS_URI", "https://keys.example")]);
    assert_eq!(read(&settings).unwrap().issuers[0].issuer, "accounts.example");
    let settings = with(&[("JWT_ISSUER", " accounts.example"), ("JWKS_URI", "https://keys.example")]);
    assert!(read(&settings).is_err());
}

#[test]
fn reads_key_file_at_start_and_requires_a_usable_key() {
    let settings = |file: &KeyFile| {
        let file = file.path().to_owned();
        let mut variables: Vec<(&str, &str)> = USUAL.to_vec();
        variables.push(("JWKS_FILE", &file));
        read(&variables)
    };
    let good = KeyFile::new("good", ONE_KEY);
    let KeySource::File(keys) = &settings(&good).unwrap().issuers[0].keys else { panic!("not read") };
    assert!(keys.has("k1"));
    let just_fits = format!("{ONE_KEY}{}", " ".repeat(256 * 1024 - ONE_KEY.len()));
    assert!(settings(&KeyFile::new("just-fits", &just_fits)).is_ok());
    let huge = format!("{just_fits} ");
    for (name, text, error) in [
        ("text", "not json", "not JSON"),
        ("array", "[]", "not a JWK set"),
        ("empty", r#"{"keys":[]}"#, "has no key that can verify"),
        ("secret", r#"{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}"#, "key 0: a shared secret"),
        ("huge", huge.as_str(), "is larger than 262144 bytes"),
    ] {
        let file = KeyFile::new(name, text);
        let errors = settings(&file).unwrap_err();
        assert!(
            errors.len() == 1 && errors[0].starts_with("JWKS_FILE") && errors[0].contains(error),
            "{errors:?}"
        );
    }
    let both = [("JWKS_FILE", good.path()), ("JWKS_URI", "https://keys.example")];
    let variables: Vec<(&str, &str)> = USUAL.iter().copied().chain(both).collect();
    assert!(read(&variables).unwrap_err()[0].starts_with("JWKS_FILE can't be combined"));
}

const TWO: &str = r#"[
    {"issuer": "https://one.example", "audiences": ["a", "b"], "tenants": ["acme"], "tenantClaim": "/org/id"},
    {"issuer": "https://two.example", "audiences": ["c"], "tenants": ["globex"], "jwksUri": "https://keys.example"}
]"#;

#[test]
fn each_issuer_of_a_list_has_its_own_settings() {
    let settings = read(&[("JWT_ISSUERS", TWO), ("TOKEN_USE", "id")]).unwrap();
    let [one, two] = settings.issuers.as_slice() else { panic!("{settings:?}") };
    assert_eq!((one.issuer.as_str(), two.issuer.as_str()), ("https://one.example", "https://two.example"));
    assert_eq!((one.audiences.len(), two.audiences.len()), (2, 1));
    assert_eq!(
        (one.claim_names.tenant.as_str(), two.claim_names.tenant.as_str()),
        ("/org/id", "custom:tenant_id")
    );
    assert_eq!(
        (one.tenants.as_deref(), two.tenants.as_deref()),
        (Some(&["acme".into()][..]), Some(&["globex".into()][..]))
    );
    assert_eq!((one.token_use, two.token_use), (TokenUse::Id, TokenUse::Id));
    assert!(matches!((&one.keys, &two.keys), (KeySource::Discovered(_), KeySource::Uri(_))));
}

#[test]
fn rejects_list_together_with_settings_of_a_single_issuer() {
    let variables = [
        ("JWT_ISSUERS", TWO),
        ("JWT_ISSUER", "https://one.example"),
        ("JWT_AUDIENCE", "a"),
        ("JWKS_URI", "https://keys.example"),
        ("JWKS_FILE", "/opt/keys.json"),
    ];
    let errors = read(&variables).unwrap_err();
    let named: Vec<&str> = errors.iter().filter_map(|error| error.split(' ').next()).collect();
    assert_eq!(named, ["JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI", "JWKS_FILE"]);
}

#[test]
fn tenants_are_optional_for_a_sole_issuer_of_a_list() {
    let open = r#"[{"issuer": "https://one.example", "audiences": ["a"]}]"#;
    assert_eq!(read(&[("JWT_ISSUERS", open)]).unwrap().issuers[0].tenants, None);
    let named = r#"[{"issuer": "https://one.example", "audiences": ["a"], "tenants": ["acme"]}]"#;
    assert_eq!(read(&[("JWT_ISSUERS", named)]).unwrap().issuers[0].tenants, Some(vec!["acme".to_owned()]));
}

#[test]
fn reports_errors_of_a_list_with_their_place() {
    let one = |text: &str| format!(r#"[{{"issuer":"https://one.example","audiences":["a"]{text}}}]"#);
    let two = |second: &str| {
        format!(r#"[{{"issuer":"https://one.example","audiences":["a"],"tenants":["acme","x"]}},{second}]"#)
    };
    let rows: Vec<(String, &[&str])> = vec![
        ("nonsense".to_owned(), &["is not JSON"]),
        ("{}".to_owned(), &["must be a JSON array"]),
        ("[]".to_owned(), &["must be a JSON array with at least one"]),
        ("[7]".to_owned(), &["at `/0`: must be an object, not a number"]),
        ("[{}]".to_owned(), &["at `/0/issuer`: is required", "at `/0/audiences`: is required"]),
        (one(r#","jwks_uri":"https://x.example""#), &["at `/0/jwks_uri`: is unknown"]),
        (one(r#","audiences":["b"]"#), &["at `/0/audiences`: is repeated"]),
        (one(r#","tenants":[]"#), &["at `/0/tenants`: must be a non-empty array"]),
        (one(r#","tenants":["acme",7]"#), &["at `/0/tenants`: must be a non-empty array"]),
        (one(r#","tenants":["acme",""]"#), &["at `/0/tenants`: must be a non-empty array"]),
        (one(r#","tenants":null"#), &["at `/0/tenants`: must be a non-empty array"]),
        (one(r#","jwksUri":"http://x.example""#), &["at `/0/jwksUri`: must begin with https://"]),
        (one(r#","jwksUri":"""#), &["at `/0/jwksUri`: must be a non-empty string"]),
        (one(r#","jwksFile":"/nonexistent""#), &["at `/0/jwksFile`: `/nonexistent` can't be read"]),
        (one(r#","tenantClaim":"/a~""#), &["at `/0/tenantClaim`: begins with `/` and is not"]),
        (
            two(r#"{"issuer":"http://b.example","audiences":["a"],"tenants":["b"]}"#),
            &["at `/1/issuer`: must begin"],
        ),
        (two(r#"{"issuer":"https://b.example","audiences":["a"]}"#), &["at `/1/tenants`: is required if"]),
        (
            two(r#"{"issuer":"https://b.example","audiences":["a"],"tenants":["b","x"]}"#),
            &["gives the tenant `x`"],
        ),
        (two(r#"{"issuer":"https://one.example","audiences":["a"],"tenants":["b"]}"#), &["lists the issuer"]),
    ];
    for (list, expected) in rows {
        let errors = read(&[("JWT_ISSUERS", &list)]).unwrap_err();
        assert_eq!(errors.len(), expected.len(), "{list}: {errors:?}");
        for (error, expected) in errors.iter().zip(expected) {
            assert!(error.starts_with(&format!("JWT_ISSUERS {expected}")), "{list}: {error}");
        }
    }
}
