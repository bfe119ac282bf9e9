//! The function that reads the queue of meeting events: the same code that runs in Lambda.

use std::collections::BTreeMap;

use local::queue::Queue;
use meeting_gateway::config::{AwsEnvironment, NotificationsConfig};
use meeting_gateway::settings::Settings;
use meeting_gateway::start;

use crate::output::Output;
use crate::request_lines;

/// Starts the queue and the function that reads it, with the settings that the deployed function would find in its environment.
///
/// # Errors
/// Every invalid setting.
pub(crate) fn queue(
    settings: &BTreeMap<String, String>,
    aws: AwsEnvironment,
    output: Output,
) -> Result<Queue, String> {
    let lookup = |name: &str| settings.get(name).cloned();
    let config =
        NotificationsConfig::read(&Settings::new(&lookup), aws).map_err(|error| error.to_string())?;
    let write_lines = move |lines: &str| request_lines::write(lines, output.clone());
    Ok(Queue::new(start::notifications(config), Box::new(write_lines)))
}
