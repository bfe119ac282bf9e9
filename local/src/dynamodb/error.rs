//! What DynamoDB answers instead of a success.

use hyper::StatusCode;
use serde_json::{Value, json};

use super::value::Item;

/// The namespace of DynamoDB's own exceptions in `__type`.
const DYNAMODB: &str = "com.amazonaws.dynamodb.v20120810#";

/// The namespace of the exceptions of AWS's service framework.
const FRAMEWORK: &str = "com.amazon.coral.service#";

/// The namespace in which DynamoDB answers ValidationException and ThrottlingException.
const AVAILABILITY: &str = "com.amazon.coral.availability#";

/// A refusal, as the exception that DynamoDB answers.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub(crate) enum DynamodbError {
    #[error("{0}")]
    Validation(String),
    #[error("{0}")]
    Serialization(String),
    #[error("{0}")]
    UnknownOperation(String),
    /// Its exception, and what is wrong.
    #[error("{1}")]
    Unsigned(&'static str, String),
    /// With the item as it is, where the request asked for it.
    #[error("The conditional request failed")]
    ConditionalCheckFailed(Option<Item>),
    #[error("Transaction cancelled, please refer cancellation reasons for specific reasons [{}]", codes(.0))]
    TransactionCanceled(Vec<CancellationReason>),
    #[error("Transaction is ongoing for the item")]
    TransactionConflict,
    #[error("The request uses the same client token as a previous, but non-identical request.")]
    IdempotentParameterMismatch,
    #[error("Requested resource not found{0}")]
    ResourceNotFound(String),
    #[error("{0}")]
    ResourceInUse(String),
    #[error(
        "The level of configured provisioned throughput for the table was exceeded. Consider increasing your provisioning level \
         with the UpdateTable API."
    )]
    ProvisionedThroughputExceeded,
    #[error("Rate of requests exceeds the allowed throughput.")]
    Throttling,
    #[error("Internal server error")]
    InternalServer,
    #[error("The service is unavailable. Please try again shortly.")]
    ServiceUnavailable,
}

/// Why one write of a transaction kept it from happening, or that it did not.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct CancellationReason {
    /// `None`, `ConditionalCheckFailed`, `TransactionConflict`, …
    pub(crate) code: &'static str,
    /// Absent with `None`.
    pub(crate) message: Option<String>,
    /// The item as it is, where the write asked for it.
    pub(crate) item: Option<Item>,
}

impl CancellationReason {
    /// The write was not the reason.
    pub(crate) const NONE: Self = Self { code: "None", message: None, item: None };

    /// Another request was writing the item.
    pub(crate) fn conflict() -> Self {
        let message = Some(DynamodbError::TransactionConflict.to_string());
        Self { code: "TransactionConflict", message, item: None }
    }
}

impl DynamodbError {
    /// The name of the exception, without its namespace.
    pub(crate) fn name(&self) -> &'static str {
        self.exception().1
    }

    /// The HTTP status.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::InternalServer => StatusCode::INTERNAL_SERVER_ERROR,
            Self::ServiceUnavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The body of the answer.
    pub(crate) fn body(&self) -> Value {
        let (namespace, name) = self.exception();
        let (type_, message) = (format!("{namespace}{name}"), self.to_string());
        match self {
            Self::ConditionalCheckFailed(Some(item)) => {
                json!({ "__type": type_, "message": message, "Item": item })
            }
            Self::TransactionCanceled(reasons) => {
                let reasons: Vec<Value> = reasons.iter().map(CancellationReason::to_json).collect();
                json!({ "__type": type_, "Message": message, "CancellationReasons": reasons })
            }
            // A serialization error has its message under the name with a capital.
            Self::Serialization(_) => json!({ "__type": type_, "Message": message }),
            _ => json!({ "__type": type_, "message": message }),
        }
    }

    fn exception(&self) -> (&'static str, &'static str) {
        match self {
            Self::Validation(_) => (AVAILABILITY, "ValidationException"),
            Self::Throttling => (AVAILABILITY, "ThrottlingException"),
            Self::Serialization(_) => (FRAMEWORK, "SerializationException"),
            Self::UnknownOperation(_) => (FRAMEWORK, "UnknownOperationException"),
            Self::Unsigned(name, _) => (FRAMEWORK, name),
            Self::ServiceUnavailable => (FRAMEWORK, "ServiceUnavailableException"),
            Self::ConditionalCheckFailed(_) => (DYNAMODB, "ConditionalCheckFailedException"),
            Self::TransactionCanceled(_) => (DYNAMODB, "TransactionCanceledException"),
            Self::TransactionConflict => (DYNAMODB, "TransactionConflictException"),
            Self::IdempotentParameterMismatch => (DYNAMODB, "IdempotentParameterMismatchException"),
            Self::ResourceNotFound(_) => (DYNAMODB, "ResourceNotFoundException"),
            Self::ResourceInUse(_) => (DYNAMODB, "ResourceInUseException"),
            Self::ProvisionedThroughputExceeded => (DYNAMODB, "ProvisionedThroughputExceededException"),
            Self::InternalServer => (DYNAMODB, "InternalServerError"),
        }
    }
}

impl CancellationReason {
    fn to_json(&self) -> Value {
        let members = [
            Some(("Code", json!(self.code))),
            self.message.as_ref().map(|message| ("Message", json!(message))),
            self.item.as_ref().map(|item| ("Item", json!(item))),
        ];
        members.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

fn codes(reasons: &[CancellationReason]) -> String {
    reasons.iter().map(|reason| reason.code).collect::<Vec<_>>().join(", ")
}

/// What is wrong with a request.
pub(crate) fn invalid(message: impl Into<String>) -> DynamodbError {
    DynamodbError::Validation(message.into())
}

/// The same for what breaks a rule of the API's model; `subject` is such as `Value null at 'key'`, `rule` such as `not be null`.
pub(crate) fn constraint(subject: impl std::fmt::Display, rule: impl std::fmt::Display) -> DynamodbError {
    invalid(format!(
        "1 validation error detected: {subject} failed to satisfy constraint: Member must {rule}"
    ))
}

/// The same for a value that DynamoDB finds wrong.
pub(crate) fn invalid_parameter(message: impl std::fmt::Display) -> DynamodbError {
    invalid(format!("One or more parameter values were invalid: {message}"))
}
