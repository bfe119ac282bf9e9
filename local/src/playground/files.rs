//! The files of the page, built into the program.

use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderValue, REFERRER_POLICY, VARY};
use hyper::http::request::Parts;
use hyper::{Method, Response, StatusCode};
use local::front::PageBody;

use super::answer::with_body;

/// One file.
#[derive(Debug, Clone, Copy)]
pub(super) struct File {
    /// The path of the request.
    path: &'static str,
    content_type: &'static str,
    content: &'static [u8],
    security: Security,
}

/// What a page may load and do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Security {
    /// Only files of its own origin, with no script or style in the page itself.
    Strict,
    /// The same, but the viewer of the API's description writes styles into what it shows.
    InlineStyles,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SVG: &str = "image/svg+xml";
const TEXT: &str = "text/plain; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// A row of [`FILES`]: a file of the folder `local/playground` at a path below `/playground/`.
macro_rules! file {
    ($name:literal, $content_type:expr) => {
        File {
            path: concat!("/playground/", $name),
            content_type: $content_type,
            content: include_bytes!(concat!("../../playground/", $name)),
            security: Security::Strict,
        }
    };
}

/// The page itself.
const INDEX: File = File {
    path: "/",
    content_type: HTML,
    content: include_bytes!("../../playground/index.html"),
    security: Security::Strict,
};

/// The API's reference.
const REFERENCE: File = File {
    path: "/reference",
    content_type: HTML,
    content: include_bytes!("../../playground/reference.html"),
    security: Security::InlineStyles,
};

/// Every file but the pages themselves, a line each.
#[rustfmt::skip]
const FILES: &[File] = &[
    file!("announce.js", SCRIPT),
    file!("body_value.js", SCRIPT),
    file!("chime_notes.js", SCRIPT),
    file!("clipboard.js", SCRIPT),
    file!("code_panel.js", SCRIPT),
    file!("controls.css", CSS),
    file!("copy_button.js", SCRIPT),
    file!("events.js", SCRIPT),
    file!("exchange_list.js", SCRIPT),
    file!("explanation.js", SCRIPT),
    file!("fault_kinds.js", SCRIPT),
    file!("faults.js", SCRIPT),
    file!("fields.js", SCRIPT),
    file!("findings.js", SCRIPT),
    file!("focus.js", SCRIPT),
    file!("form.js", SCRIPT),
    file!("happened.js", SCRIPT),
    file!("icon.svg", SVG),
    file!("json_places.js", SCRIPT),
    file!("json_pointer.js", SCRIPT),
    file!("json_view.js", SCRIPT),
    file!("log_line.js", SCRIPT),
    file!("main.js", SCRIPT),
    file!("meeting_texts.js", SCRIPT),
    file!("meetings.js", SCRIPT),
    file!("next_steps.js", SCRIPT),
    file!("notices.js", SCRIPT),
    file!("openapi.js", SCRIPT),
    file!("own_event.js", SCRIPT),
    file!("parameters.js", SCRIPT),
    file!("person_fields.js", SCRIPT),
    file!("policy.css", CSS),
    file!("policy.js", SCRIPT),
    file!("policy_document.js", SCRIPT),
    file!("policy_editor.js", SCRIPT),
    file!("policy_hint.js", SCRIPT),
    file!("policy_link.js", SCRIPT),
    file!("presence.js", SCRIPT),
    file!("prose.js", SCRIPT),
    file!("reference.css", CSS),
    file!("reference.js", SCRIPT),
    file!("request.css", CSS),
    file!("request.js", SCRIPT),
    file!("request_state.js", SCRIPT),
    file!("room_people.js", SCRIPT),
    file!("room_person.js", SCRIPT),
    file!("room_requests.js", SCRIPT),
    file!("room_results.js", SCRIPT),
    file!("rooms.js", SCRIPT),
    file!("sections.js", SCRIPT),
    file!("send.js", SCRIPT),
    file!("server.js", SCRIPT),
    file!("simulation.css", CSS),
    file!("snippets.js", SCRIPT),
    file!("snippets/boto3.js", SCRIPT),
    file!("snippets/curl.js", SCRIPT),
    file!("snippets/fetch.js", SCRIPT),
    file!("snippets/javascript_sdk.js", SCRIPT),
    file!("snippets/json_text.js", SCRIPT),
    file!("snippets/sdk_call.js", SCRIPT),
    file!("store.js", SCRIPT),
    file!("style.css", CSS),
    file!("theme.js", SCRIPT),
    file!("theme_switch.js", SCRIPT),
    file!("token.js", SCRIPT),
    file!("usage.js", SCRIPT),
    file!("vendor/LICENSES.txt", TEXT),
    file!("vendor/directive-helpers.js", SCRIPT),
    file!("vendor/directive.js", SCRIPT),
    file!("vendor/directives/live.js", SCRIPT),
    file!("vendor/directives/repeat.js", SCRIPT),
    file!("vendor/lit-html.js", SCRIPT),
    file!("vendor/openapi-explorer.js", SCRIPT),
    file!("viewer.css", CSS),
    file!("who.js", SCRIPT),
];

/// The file that a request reads. The page is for browsers: whoever does not ask for HTML gets the list that the front has.
pub(super) fn find(parts: &Parts) -> Option<File> {
    if parts.method != Method::GET && parts.method != Method::HEAD {
        return None;
    }
    let path = parts.uri.path();
    if path == INDEX.path {
        return accepts_html(parts).then_some(INDEX);
    }
    if path == REFERENCE.path {
        return Some(REFERENCE);
    }
    FILES.iter().find(|file| file.path == path).copied()
}

/// Whether `Accept` names HTML. `*/*` alone is a command line's.
fn accepts_html(parts: &Parts) -> bool {
    let accepted =
        parts.headers.get_all(hyper::header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|value| value.split(',')).any(|range| {
        let essence = range.split(';').next().unwrap_or_default().trim();
        essence.eq_ignore_ascii_case("text/html")
    })
}

impl File {
    /// The answer.
    pub(super) fn answer(self) -> Response<PageBody> {
        let mut response = with_body(StatusCode::OK, self.content_type, self.content);
        let headers = response.headers_mut();
        // The next build may have another file at the same path.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(self.security.policy()));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert(VARY, HeaderValue::from_static("Accept"));
        response
    }
}

/// A `Content-Security-Policy` that allows styles from these sources.
macro_rules! policy {
    ($styles:literal) => {
        concat!(
            "default-src 'none'; script-src 'self'; style-src ",
            $styles,
            "; img-src 'self' data:; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
    };
}

impl Security {
    /// The value of `Content-Security-Policy`.
    const fn policy(self) -> &'static str {
        match self {
            Self::Strict => policy!("'self'"),
            Self::InlineStyles => policy!("'self' 'unsafe-inline'"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    /// The files of a folder and the folders in it, by their paths from `local/playground`.
    fn files(folder: &Path, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                files(&path, found);
            } else {
                let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("playground");
                found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
            }
        }
    }

    #[test]
    fn every_file_of_the_page_is_served_by_its_name_with_its_type() {
        let mut found = Vec::new();
        files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("playground"), &mut found);
        let types = [("js", SCRIPT), ("css", CSS), ("svg", SVG), ("txt", TEXT)];
        let expected: BTreeSet<(String, &str)> = found
            .iter()
            .filter_map(|name| {
                let (_, content_type) =
                    types.iter().find(|(ending, _)| name.ends_with(&format!(".{ending}")))?;
                Some((format!("/playground/{name}"), *content_type))
            })
            .collect();
        let served: BTreeSet<(String, &str)> =
            FILES.iter().map(|file| (file.path.to_owned(), file.content_type)).collect();
        let differ: Vec<&(String, &str)> = served.symmetric_difference(&expected).collect();
        assert!(differ.is_empty(), "in the folder or in the table, but not in both: {differ:?}");
        let pages: Vec<&String> = found.iter().filter(|name| name.ends_with(".html")).collect();
        assert_eq!(pages.len(), 2, "a page needs a path of its own: {pages:?}");
    }
}
