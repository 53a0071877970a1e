//! Changes an access rule while others change rules, too: reads it, lets the program change it, writes it, and waits while the rules are locked.

use std::time::Duration;

use crate::api::policies::types::{AccessRule, UpdateAccessRuleRequest};
use crate::client::{Client, RetryPolicy};
use crate::error::{Error, Result};
use crate::response::Response;

/// The upper bound of the random part of the delay before the rule is read again.
const MAX_JITTER: Duration = Duration::from_secs(5);

/// Changes an access rule; returns the changed rule.
///
/// The rule is read, `change` changes the body that would leave it as it is ([`AccessRule::to_update`]), and the body is sent. While another
/// change holds a lock, when the priority has changed since the rule was read, and after other retryable failures, it waits about as long as
/// the service requests (five seconds for a lock), reads the rule again and calls `change` again: it does not undo what others wrote meanwhile.
/// So `change` should set values rather than add to them. If it changes nothing, nothing is sent.
///
/// ```
/// # use cisco_secure_access::simulator::Simulator;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::builder().start().await?;
/// # let client = simulator.client()?;
/// # let rule_id = 1001;
/// use std::time::Duration;
/// use cisco_secure_access::jobs::rules::edit_access_rule;
///
/// let rule = edit_access_rule(&client, rule_id, Duration::from_secs(120), |rule| {
///     rule.rule_is_enabled = Some(false);
/// })
/// .await?;
/// assert_eq!(rule.rule_is_enabled, Some(false));
/// # Ok(())
/// # }
/// ```
///
/// It takes a read and a write, and both again after each delay. It makes no further attempt after `timeout`.
///
/// The service compares no versions: a change to the same rule between the read and the write is lost.
///
/// # Errors
/// Those of a call; after `timeout` the last failure, such as the 409 of a lock. [`ErrorKind::Request`](crate::ErrorKind)
/// when the rule came without its name, action or priority, which the body requires.
pub async fn edit_access_rule(
    client: &Client,
    rule_id: i64,
    timeout: Duration,
    mut change: impl FnMut(&mut UpdateAccessRuleRequest),
) -> Result<Response<AccessRule>> {
    let policies = client.policies();
    let runtime = client.runtime();
    let started = runtime.now();
    loop {
        let rule = policies.get_access_rule(rule_id).send().await?;
        let before = rule.to_update();
        let mut wanted = before.clone();
        change(&mut wanted);
        if wanted == before {
            return Ok(rule);
        }
        // A retry would send the same body, and by then the rule may have changed.
        let write = policies.update_access_rule(rule_id, &wanted);
        let error = match write.retry(RetryPolicy::none()).send().await {
            Err(error) if error.is_retryable() || is_outdated(&error) => error,
            result => return result,
        };
        let requested = error.retry_after().unwrap_or_default();
        // The random part spreads callers that wait for the same lock.
        let delay = requested + MAX_JITTER.mul_f64(runtime.random());
        let elapsed = runtime.now().duration_since(started);
        if elapsed + delay > timeout {
            return Err(error.with_context(format!(
                "there is no time for another attempt after {:.1} s of the timeout of {:.1} s",
                elapsed.as_secs_f64(),
                timeout.as_secs_f64()
            )));
        }
        runtime.sleep(delay).await;
    }
}

/// Whether a conflict says that the rule was read before another change: it has to be read again.
fn is_outdated(error: &Error) -> bool {
    let message = error.service_message().unwrap_or_default();
    error.is_conflict() && message.to_ascii_lowercase().contains("priority")
}
