//! Answers in the format of the event.

use std::borrow::Cow;

use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Serialize;

/// The format of events and answers between API Gateway and a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PayloadFormat {
    /// Payload 1.0: REST APIs, and HTTP APIs that are set to it.
    V1,
    /// Payload 2.0: HTTP APIs and function URLs.
    V2,
}

/// The header with API Gateway's id of the request.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// An HTTP answer. Every answer has `Cache-Control: no-store`, since a meeting contains the data to join it.
///
/// [`EventAnswer`] is its form on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Headers besides `Cache-Control`, with values of visible ASCII characters and spaces.
    pub headers: Vec<(HeaderName, Cow<'static, str>)>,
    /// The body: JSON, or empty.
    pub body: String,
    /// The format of the answer.
    pub format: PayloadFormat,
}

impl Answer {
    /// An answer in payload 2.0, which is also the format for an unknown event.
    #[must_use]
    pub fn new(status: u16, headers: Vec<(HeaderName, Cow<'static, str>)>, body: String) -> Self {
        Answer { status, headers, body, format: PayloadFormat::V2 }
    }

    /// The same answer in that format.
    #[must_use]
    pub fn in_format(self, format: PayloadFormat) -> Self {
        Answer { format, ..self }
    }

    fn header_map(&self) -> HeaderMap {
        let given = self.headers.iter().filter_map(|(name, value)| {
            // Always succeeds for values as `headers` documents them.
            Some((name.clone(), HeaderValue::from_str(value).ok()?))
        });
        let no_store = (http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        std::iter::once(no_store).chain(given).collect()
    }
}

/// An answer as the types of `aws_lambda_events` write it.
#[derive(Serialize)]
#[serde(untagged)]
pub enum EventAnswer {
    /// In payload 1.0.
    V1(ApiGatewayProxyResponse),
    /// In payload 2.0.
    V2(ApiGatewayV2httpResponse),
}

impl From<Answer> for EventAnswer {
    fn from(answer: Answer) -> Self {
        let status_code = i64::from(answer.status);
        let headers = answer.header_map();
        let body = Some(Body::Text(answer.body));
        // The crate's structs are `non_exhaustive`, so they can't be written as literals.
        match answer.format {
            PayloadFormat::V1 => {
                let mut response = ApiGatewayProxyResponse::default();
                (response.status_code, response.headers, response.body) = (status_code, headers, body);
                EventAnswer::V1(response)
            }
            PayloadFormat::V2 => {
                let mut response = ApiGatewayV2httpResponse::default();
                (response.status_code, response.headers, response.body) = (status_code, headers, body);
                EventAnswer::V2(response)
            }
        }
    }
}
