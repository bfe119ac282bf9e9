//! The ARN of a queue.

use std::fmt;

/// The ARN of a queue of SQS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueArn {
    text: String,
    pub(crate) region: String,
    pub(crate) account: String,
    pub(crate) name: String,
}

/// A text is not the ARN of a queue.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no ARN of an SQS queue")]
pub struct InvalidArnError(String);

impl QueueArn {
    /// Reads `arn:PARTITION:sqs:REGION:ACCOUNT:NAME`.
    ///
    /// # Errors
    /// When it is anything else.
    pub fn read(text: &str) -> Result<Self, InvalidArnError> {
        let parts: Vec<&str> = text.split(':').collect();
        let ["arn", _, "sqs", region, account, name] = parts.as_slice() else {
            return Err(InvalidArnError(text.to_owned()));
        };
        let [region, account, name] = [region, account, name].map(|part| (*part).to_owned());
        Ok(Self { text: text.to_owned(), region, account, name })
    }
}

impl fmt::Display for QueueArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
