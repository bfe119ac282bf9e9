use std::collections::HashMap;

use super::*;

const USUAL: &[(&str, &str)] =
    &[("JWT_ISSUER", "https://issuer.example/pool"), ("JWT_AUDIENCE", "meetings-client")];

fn names() -> ClaimNames {
    ClaimNames::default()
}

/// Reads settings; the faults come back as `SETTING detail`.
fn read_with(variables: &[(&str, &str)], names: &ClaimNames) -> Result<BearerSettings, Vec<String>> {
    let variables: HashMap<String, String> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let lookup = |name: &str| variables.get(name).cloned();
    let mut faults = Vec::new();
    let settings = BearerSettings::read(&Settings::new(&lookup), names, &mut faults);
    assert_eq!(settings.is_some(), faults.is_empty(), "settings come back exactly when there is no fault");
    settings.ok_or_else(|| faults.into_iter().map(|one| format!("{} {}", one.setting, one.detail)).collect())
}

fn read(variables: &[(&str, &str)]) -> Result<BearerSettings, Vec<String>> {
    read_with(variables, &names())
}

fn with(more: &[(&'static str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    USUAL
        .iter()
        .copied()
        .filter(|(name, _)| more.iter().all(|(other, _)| other != name))
        .chain(more.iter().copied())
        .collect()
}

/// A file that is gone with the value.
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
fn two_settings_are_enough_and_the_rest_has_its_default() {
    let settings = read(USUAL).unwrap();
    let [issuer] = settings.issuers.as_slice() else { panic!("{settings:?}") };
    assert_eq!(issuer.issuer, "https://issuer.example/pool");
    assert_eq!(issuer.audiences, ["meetings-client"]);
    assert_eq!(issuer.claim_names, names());
    assert_eq!(issuer.tenants, None);
    assert_eq!(issuer.token_use, TokenUse::Access);
    let KeySource::Discovered(discovery) = &issuer.keys else { panic!("{issuer:?}") };
    assert_eq!(
        discovery.configuration().as_str(),
        "https://issuer.example/pool/.well-known/openid-configuration"
    );
}

#[test]
fn audiences_are_parted_by_commas_with_room_around_them() {
    let settings = read(&with(&[("JWT_AUDIENCE", "one, two ,three")])).unwrap();
    assert_eq!(settings.issuers[0].audiences, ["one", "two", "three"]);
}

#[test]
fn an_empty_optional_setting_counts_as_unset() {
    let unset = [("JWKS_URI", ""), ("JWKS_FILE", ""), ("JWT_ISSUERS", ""), ("TOKEN_USE", "")];
    assert!(matches!(read(&with(&unset)).unwrap().issuers[0].keys, KeySource::Discovered(_)));
}

#[test]
fn one_setting_changed_decides() {
    let missing = "/nonexistent/keys.json";
    for (change, fault) in [
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
        (("JWKS_FILE", "/tmp"), "JWKS_FILE `/tmp` cannot be read"),
        (("JWKS_FILE", missing), "JWKS_FILE `/nonexistent/keys.json` cannot be read"),
        (("TOKEN_USE", "refresh"), "TOKEN_USE must be `access` or `id`"),
        (("TOKEN_USE", "Access"), "TOKEN_USE must be `access` or `id`"),
    ] {
        let faults = read(&with(&[change])).unwrap_err();
        assert!(faults[0].starts_with(fault) && !faults.is_empty(), "{change:?}: {faults:?}");
    }
    assert_eq!(read(&with(&[("TOKEN_USE", "id")])).unwrap().issuers[0].token_use, TokenUse::Id);
}

#[test]
fn every_fault_is_reported_at_once() {
    let faults = read(&[("JWT_AUDIENCE", ",a"), ("JWKS_URI", "ftp://x"), ("TOKEN_USE", "both")]).unwrap_err();
    let named: Vec<&str> = faults.iter().filter_map(|fault| fault.split(' ').next()).collect();
    assert_eq!(named, ["TOKEN_USE", "JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI"]);
}

#[test]
fn an_issuer_that_is_no_url_will_do_where_its_keys_are_named() {
    let settings = with(&[("JWT_ISSUER", "accounts.example"), ("JWKS_URI", "https://keys.example")]);
    assert_eq!(read(&settings).unwrap().issuers[0].issuer, "accounts.example");
    let settings = with(&[("JWT_ISSUER", " accounts.example"), ("JWKS_URI", "https://keys.example")]);
    assert!(read(&settings).is_err());
}

#[test]
fn a_key_file_is_read_at_once_and_must_hold_a_usable_key() {
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
    for (name, text, problem) in [
        ("text", "not json", "not JSON"),
        ("array", "[]", "not a JWK set"),
        ("empty", r#"{"keys":[]}"#, "has no key that can verify"),
        ("secret", r#"{"keys":[{"kty":"oct","kid":"a","k":"AAAA"}]}"#, "key 0: a shared secret"),
        ("huge", huge.as_str(), "is larger than 262144 bytes"),
    ] {
        let file = KeyFile::new(name, text);
        let faults = settings(&file).unwrap_err();
        assert!(
            faults.len() == 1 && faults[0].starts_with("JWKS_FILE") && faults[0].contains(problem),
            "{faults:?}"
        );
    }
    let both = [("JWKS_FILE", good.path()), ("JWKS_URI", "https://keys.example")];
    let variables: Vec<(&str, &str)> = USUAL.iter().copied().chain(both).collect();
    assert!(read(&variables).unwrap_err()[0].starts_with("JWKS_FILE cannot be combined"));
}

#[test]
fn the_names_of_claims_are_checked_under_their_own_settings() {
    let mut names = names();
    (names.tenant, names.scope, names.groups) = ("/a~2".into(), "/~".into(), "/ok~0".into());
    names.subject = "/~x".into();
    let faults = read_with(USUAL, &names).unwrap_err();
    let named: Vec<&str> = faults.iter().filter_map(|fault| fault.split(' ').next()).collect();
    assert_eq!(named, ["TENANT_CLAIM", "SCOPE_CLAIM", "SUBJECT_CLAIM"]);
}

const TWO: &str = r#"[
    {"issuer": "https://one.example", "audiences": ["a", "b"], "tenants": ["acme"], "tenantClaim": "/org/id"},
    {"issuer": "https://two.example", "audiences": ["c"], "tenants": ["globex"], "jwksUri": "https://keys.example"}
]"#;

#[test]
fn a_list_of_issuers_gives_each_its_own() {
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
fn a_list_cannot_be_combined_with_the_settings_of_a_single_issuer() {
    let variables = [
        ("JWT_ISSUERS", TWO),
        ("JWT_ISSUER", "https://one.example"),
        ("JWT_AUDIENCE", "a"),
        ("JWKS_URI", "https://keys.example"),
        ("JWKS_FILE", "/opt/keys.json"),
    ];
    let faults = read(&variables).unwrap_err();
    let named: Vec<&str> = faults.iter().filter_map(|fault| fault.split(' ').next()).collect();
    assert_eq!(named, ["JWT_ISSUER", "JWT_AUDIENCE", "JWKS_URI", "JWKS_FILE"]);
}

#[test]
fn a_sole_issuer_in_a_list_may_leave_its_tenants_open_and_may_name_them() {
    let open = r#"[{"issuer": "https://one.example", "audiences": ["a"]}]"#;
    assert_eq!(read(&[("JWT_ISSUERS", open)]).unwrap().issuers[0].tenants, None);
    let named = r#"[{"issuer": "https://one.example", "audiences": ["a"], "tenants": ["acme"]}]"#;
    assert_eq!(read(&[("JWT_ISSUERS", named)]).unwrap().issuers[0].tenants, Some(vec!["acme".to_owned()]));
}

#[test]
fn every_fault_of_a_list_is_named_by_its_place() {
    let one = |text: &str| format!(r#"[{{"issuer":"https://one.example","audiences":["a"]{text}}}]"#);
    let two = |second: &str| {
        format!(r#"[{{"issuer":"https://one.example","audiences":["a"],"tenants":["acme","x"]}},{second}]"#)
    };
    let rows: Vec<(String, &[&str])> = vec![
        ("nonsense".to_owned(), &["is not JSON"]),
        ("{}".to_owned(), &["must be a JSON array"]),
        ("[]".to_owned(), &["must be a JSON array with at least one"]),
        ("[7]".to_owned(), &["at `/0`: must be an object, and is a number"]),
        ("[{}]".to_owned(), &["at `/0/issuer`: is required", "at `/0/audiences`: is required"]),
        (one(r#","jwks_uri":"https://x.example""#), &["at `/0/jwks_uri`: is unknown"]),
        (one(r#","audiences":["b"]"#), &["at `/0/audiences`: stands twice"]),
        (one(r#","tenants":[]"#), &["at `/0/tenants`: must be an array of at least one"]),
        (one(r#","tenants":["acme",7]"#), &["at `/0/tenants`: must be an array of at least one"]),
        (one(r#","tenants":["acme",""]"#), &["at `/0/tenants`: must be an array of at least one"]),
        (one(r#","tenants":null"#), &["at `/0/tenants`: must be an array of at least one"]),
        (one(r#","jwksUri":"http://x.example""#), &["at `/0/jwksUri`: must begin with https://"]),
        (one(r#","jwksUri":"""#), &["at `/0/jwksUri`: must be a string that is not empty"]),
        (one(r#","jwksFile":"/nonexistent""#), &["at `/0/jwksFile`: `/nonexistent` cannot be read"]),
        (one(r#","tenantClaim":"/a~""#), &["at `/0/tenantClaim`: begins with `/` and is not"]),
        (
            two(r#"{"issuer":"http://b.example","audiences":["a"],"tenants":["b"]}"#),
            &["at `/1/issuer`: must begin"],
        ),
        (two(r#"{"issuer":"https://b.example","audiences":["a"]}"#), &["at `/1/tenants`: is required where"]),
        (
            two(r#"{"issuer":"https://b.example","audiences":["a"],"tenants":["b","x"]}"#),
            &["gives the tenant `x`"],
        ),
        (two(r#"{"issuer":"https://one.example","audiences":["a"],"tenants":["b"]}"#), &["lists the issuer"]),
    ];
    for (list, expected) in rows {
        let faults = read(&[("JWT_ISSUERS", &list)]).unwrap_err();
        assert_eq!(faults.len(), expected.len(), "{list}: {faults:?}");
        for (fault, expected) in faults.iter().zip(expected) {
            assert!(fault.starts_with(&format!("JWT_ISSUERS {expected}")), "{list}: {fault}");
        }
    }
}
