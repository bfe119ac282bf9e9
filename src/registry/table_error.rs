//! Why an attempt at a request to the table has no answer that a machine can use.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_dynamodb::config::http::HttpResponse;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::RequestId as _;
use aws_sdk_dynamodb::types::CancellationReason;

use crate::log_text::bounded;
use crate::outbound::{causes, chain_of_causes};

/// Why an attempt failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TableError {
    /// Whether another attempt may succeed.
    pub(super) may_succeed: bool,
    /// The details, for the log only. No key and no attribute of an item is in them.
    pub(super) detail: String,
    /// DynamoDB's id of the request, when there was an answer.
    pub(super) request_id: Option<String>,
}

/// The errors that pass by themselves (DynamoDB's developer guide, "Error handling": "OK to retry").
const PASSING: &[&str] = &[
    "InternalServerError",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// The same among the reasons for which a transaction is canceled (API reference, "TransactWriteItems").
const PASSING_REASONS: &[&str] = &["ProvisionedThroughputExceeded", "ThrottlingError", "TransactionConflict"];

impl TableError {
    /// Nothing came back, or nothing that is an answer.
    pub(super) fn no_answer(detail: impl Into<String>) -> Self {
        TableError { may_succeed: true, detail: detail.into(), request_id: None }
    }

    /// An item that nothing here writes, or a request that can't be built.
    pub(super) fn invalid(detail: impl Into<String>) -> Self {
        TableError { may_succeed: false, detail: detail.into(), request_id: None }
    }

    /// Classifies an error of the SDK. A failed condition is none: it is an answer.
    pub(super) fn from_sdk<E>(error: &SdkError<E, HttpResponse>) -> Self
    where
        E: Error + ProvideErrorMetadata + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let may_succeed = match error {
            SdkError::ConstructionFailure(_) => false,
            SdkError::DispatchFailure(failure) => {
                !failure.is_user() && !causes(error).any(|cause| cause.is::<CredentialsError>())
            }
            SdkError::ServiceError(_) => {
                status.is_some_and(|status| status >= 500 || status == 429)
                    || error.code().is_some_and(|code| PASSING.contains(&code))
            }
            // An answer that can't be read: something between here and DynamoDB wrote it.
            _ => true,
        };
        // DynamoDB's messages may quote keys, so only the code of its errors is logged.
        let detail = match error {
            SdkError::ServiceError(_) => {
                let code = bounded(error.code().unwrap_or("none"));
                format!("status {}, code {code}", status.unwrap_or_default())
            }
            _ => format!("status {}, {}", status.unwrap_or_default(), chain_of_causes(error)),
        };
        TableError { may_succeed, detail, request_id: error.request_id().map(str::to_owned) }
    }

    /// A transaction that was canceled, though no condition failed.
    pub(super) fn of_canceled(reasons: &[CancellationReason], request_id: Option<&str>) -> Self {
        let codes: Vec<&str> = reasons.iter().filter_map(CancellationReason::code).collect();
        let may_succeed = codes.iter().all(|code| *code == "None" || PASSING_REASONS.contains(code));
        let detail = format!("the transaction was canceled: {}", bounded(&codes.join(", ")));
        TableError { may_succeed, detail, request_id: request_id.map(str::to_owned) }
    }
}

impl From<BuildError> for TableError {
    fn from(error: BuildError) -> Self {
        TableError::invalid(format!("a request that can't be built: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_sdk_dynamodb::operation::get_item::GetItemError;
    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    type GetError = SdkError<GetItemError, HttpResponse>;

    #[test]
    fn what_passes_by_itself_may_succeed() {
        for (status, code, expected, why) in [
            (400, "TransactionConflictException", true, "the other transaction ends"),
            (400, "ProvisionedThroughputExceededException", true, "throttled"),
            (400, "ThrottlingException", true, "throttled"),
            (400, "RequestLimitExceeded", true, "throttled"),
            (400, "ReplicatedWriteConflictException", true, "the other write ends"),
            (500, "InternalServerError", true, "DynamoDB's own error"),
            (503, "ServiceUnavailable", true, "DynamoDB's own error"),
            (502, "none", true, "a proxy's"),
            (429, "none", true, "a proxy's throttling"),
            (400, "ValidationException", false, "the request is wrong"),
            (400, "ResourceNotFoundException", false, "there is no table"),
            (400, "AccessDeniedException", false, "IAM"),
            (400, "ExpiredTokenException", false, "the credentials"),
        ] {
            let metadata = ErrorMetadata::builder().code(code).message("tenant-slots#acme").build();
            let response = HttpResponse::new(status.try_into().unwrap(), SdkBody::empty());
            let error =
                TableError::from_sdk(&GetError::service_error(GetItemError::generic(metadata), response));
            assert_eq!(error.may_succeed, expected, "{status} {code}: {why}");
            assert_eq!(error.detail, format!("status {status}, code {code}"), "without the message");
        }
    }

    #[test]
    fn no_answer_may_succeed_but_not_a_request_that_can_not_be_sent() {
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let no_credentials = CredentialsError::not_loaded("none in the environment");
        for (error, expected, why) in [
            (GetError::timeout_error("too long"), true, "the SDK's own timeout"),
            (GetError::dispatch_failure(ConnectorError::io(refused.into())), true, "nobody listens"),
            (GetError::dispatch_failure(ConnectorError::io("reset".into())), true, "the connection broke"),
            (GetError::dispatch_failure(ConnectorError::timeout("connect".into())), true, "no connection"),
            (
                GetError::response_error(
                    "not JSON",
                    HttpResponse::new(200.try_into().unwrap(), SdkBody::empty()),
                ),
                true,
                "another's answer",
            ),
            (GetError::construction_failure("no host"), false, "it can't be built"),
            (
                GetError::dispatch_failure(ConnectorError::other(no_credentials.into(), None)),
                false,
                "no credentials",
            ),
            (GetError::dispatch_failure(ConnectorError::user("header".into())), false, "it is not HTTP"),
        ] {
            assert_eq!(TableError::from_sdk(&error).may_succeed, expected, "{why}");
        }
    }

    #[test]
    fn a_transaction_may_succeed_when_all_its_reasons_pass() {
        for (codes, expected, why) in [
            (&["None", "TransactionConflict"] as &[_], true, "the other transaction ends"),
            (&["ThrottlingError", "None"], true, "throttled"),
            (&["ProvisionedThroughputExceeded"], true, "throttled"),
            (&[], true, "nothing says that it can't"),
            (&["ValidationError", "TransactionConflict"], false, "one of them stays"),
            (&["AccessDenied"], false, "IAM"),
        ] {
            let reasons: Vec<_> =
                codes.iter().map(|code| CancellationReason::builder().code(*code).build()).collect();
            assert_eq!(TableError::of_canceled(&reasons, None).may_succeed, expected, "{codes:?}: {why}");
        }
    }
}
