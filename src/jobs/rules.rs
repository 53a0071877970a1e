//! Changes access rules while others change rules, too: waits while they are locked, and retries the change.
//!
//! [`edit_access_rule`] reads a rule, lets the program change it and writes it. [`restore_rules`] restores rules from a backup.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use futures_util::stream::{self, BoxStream};
use futures_util::{Stream, StreamExt as _};

use crate::api::policies::operations::UPDATE_ACCESS_RULE;
use crate::api::policies::types::{AccessRule, CreateAccessRuleRequest, UpdateAccessRuleRequest};
use crate::client::{Client, RetryPolicy};
use crate::error::{Error, Result};
use crate::pagination::BufferedStream;
use crate::response::Response;
use crate::response::decode::{Conversion, convert};
use crate::runtime::Runtime;

/// The bodies of an update and of a creation have the same properties.
const UNCHANGED: Conversion = Conversion {
    dropped: &[],
    ids: &[],
};

/// The upper bound of the random part of the delay before the rule is read again.
const MAX_JITTER: Duration = Duration::from_secs(5);

/// Changes an access rule; returns the changed rule.
///
/// The rule is read, `change` changes a body that would leave the rule unchanged ([`AccessRule::to_update`]), and the body is sent. If
/// another change holds a lock, if the priority has changed since the rule was read, or after another retryable failure, it waits about as
/// long as the service requests (five seconds for a lock), reads the rule again and calls `change` again. So it does not undo changes that
/// others made meanwhile. `change` should set values rather than add to them. If it changes nothing, nothing is sent.
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
/// The service does not compare versions: a change to the same rule between the read and the write is lost.
///
/// # Errors
/// Errors of a call; after `timeout`, the last failure, such as the 409 of a lock. [`ErrorKind::Request`](crate::ErrorKind) when the rule
/// has no name, action or priority, which the body requires.
pub async fn edit_access_rule(
    client: &Client,
    rule_id: i64,
    timeout: Duration,
    mut change: impl FnMut(&mut UpdateAccessRuleRequest),
) -> Result<Response<AccessRule>> {
    let policies = client.policies();
    let retries = Retries::new(client, timeout);
    loop {
        let rule = policies.get_access_rule(rule_id).send().await?;
        let before = rule.to_update();
        let mut wanted = before.clone();
        change(&mut wanted);
        if wanted == before {
            return Ok(rule);
        }
        // A retry would send the same body, but the rule may have changed.
        let write = policies.update_access_rule(rule_id, &wanted);
        match write.retry(RetryPolicy::none()).send().await {
            Err(error) => retries.backoff(error).await?,
            Ok(rule) => return Ok(rule),
        }
    }
}

/// Restores access rules from a backup, one after the other: replaces existing rules, and creates deleted ones.
///
/// A backup contains the rules as [`get_access_rule`](crate::api::policies::Policies::get_access_rule) returns them, with their conditions
/// and settings. They serialize and deserialize with their names on the wire, so that a backup can be a file. All properties that the body
/// can contain are sent, including undocumented ones.
///
/// Each rule is sent to its id. If the rule does not exist (404), it is created with a new id. Names are unique: if the creation conflicts
/// with a rule of the same name, that rule is replaced. To resume an interrupted restoration, call the function again with the same backup.
///
/// While another change holds a lock, when priorities change meanwhile, and after other retryable failures, it waits like
/// [`edit_access_rule`] and sends the rule again. `timeout` applies to each rule.
///
/// ```
/// # use cisco_secure_access::simulator::Simulator;
/// # #[tokio::main]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::builder().start().await?;
/// # let client = simulator.client()?;
/// use std::time::Duration;
/// use cisco_secure_access::jobs::rules::{Restored, restore_rules};
/// use futures_util::TryStreamExt;
///
/// let backup = vec![client.policies().get_access_rule(1001).await?.into_inner()];
/// client.policies().delete_access_rule(1001).await?;
///
/// let mut restoration = restore_rules(&client, backup, Duration::from_secs(120));
/// while let Some(restored) = restoration.try_next().await? {
///     match restored {
///         Restored::Updated(rule) => println!("{:?} is as it was", rule.rule_name),
///         Restored::Created(rule) => println!("{:?} has the new id {:?}", rule.rule_name, rule.rule_id),
///     }
/// }
/// # Ok(())
/// # }
/// ```
///
/// It takes a request for each rule, and a second one for each deleted rule.
///
/// # Errors
/// Errors of a call; after `timeout`, the last failure, such as the 409 of a lock. [`ErrorKind::Request`](crate::ErrorKind) when a rule has
/// no id, or lacks a required property of the body. The first error ends the stream and names the rule: all earlier rules are restored, and
/// no later one is.
pub fn restore_rules(
    client: &Client,
    rules: impl IntoIterator<Item = AccessRule, IntoIter: Send + 'static>,
    timeout: Duration,
) -> Restoration {
    let (client, rules) = (client.clone(), rules.into_iter());
    let restored = stream::try_unfold((client, rules), move |(client, mut rules)| async move {
        let Some(rule) = rules.next() else {
            return Ok(None);
        };
        let restored = restore_rule(&client, &rule, timeout).await;
        let restored = restored.map_err(|error| {
            let name = rule.rule_name.unwrap_or_default();
            error.with_context(format!("the rule {name:?} was not restored"))
        })?;
        Ok(Some((restored, (client, rules))))
    });
    Restoration(restored.boxed())
}

/// A restored rule.
#[derive(Clone, Debug)]
pub enum Restored {
    /// The rule existed and was replaced.
    Updated(Response<AccessRule>),
    /// The rule did not exist and was created: it has a new id.
    Created(Response<AccessRule>),
}

impl Restored {
    /// Returns the current rule of the service.
    #[must_use]
    pub fn into_inner(self) -> AccessRule {
        match self {
            Self::Updated(rule) | Self::Created(rule) => rule.into_inner(),
        }
    }
}

/// A stream of restored rules, in the order of the backup. Each rule is sent when the stream is polled. See [`restore_rules`].
#[must_use = "streams do nothing unless polled"]
pub struct Restoration(BoxStream<'static, Result<Restored>>);

impl Stream for Restoration {
    type Item = Result<Restored>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl BufferedStream for Restoration {
    fn take_ready(&mut self) -> Option<Self::Item> {
        None
    }
}

impl fmt::Debug for Restoration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restoration").finish_non_exhaustive()
    }
}

async fn restore_rule(client: &Client, rule: &AccessRule, timeout: Duration) -> Result<Restored> {
    let retries = Retries::new(client, timeout);
    loop {
        match send_rule(client, rule).await {
            Err(error) => retries.backoff(error).await?,
            restored => return restored,
        }
    }
}

/// Sends a rule once: to its id, else as a new rule, else to the id of the rule with the same name.
async fn send_rule(client: &Client, rule: &AccessRule) -> Result<Restored> {
    let policies = client.policies();
    let update = async |rule_id| {
        let write = policies.update_access_rule(rule_id, &rule.to_update());
        write.retry(RetryPolicy::none()).send().await
    };
    let rule_id = rule.rule_id.ok_or_else(|| {
        let message = "a rule of the backup has no `ruleId`";
        Error::request(&UPDATE_ACCESS_RULE, message)
    })?;
    match update(rule_id).await {
        Err(error) if error.is_not_found() => {}
        result => return result.map(Restored::Updated),
    }
    let body: CreateAccessRuleRequest = convert(&rule.to_update(), &UNCHANGED);
    let write = policies.create_access_rule(&body);
    let conflict = match write.retry(RetryPolicy::none()).send().await {
        Err(error) if error.is_conflict() && !is_passing(&error) => error,
        result => return result.map(Restored::Created),
    };
    let name = rule.rule_name.as_deref().unwrap_or_default();
    let same_name = policies.list_access_rules().rule_name(name).items();
    let same_name = same_name.find_by_name(name).await?;
    match same_name.and_then(|rule| rule.rule_id) {
        Some(rule_id) => update(rule_id).await.map(Restored::Updated),
        None => Err(conflict),
    }
}

/// The retries of a rule change.
struct Retries<'a> {
    runtime: &'a Runtime,
    started: Instant,
    timeout: Duration,
}

impl<'a> Retries<'a> {
    fn new(client: &'a Client, timeout: Duration) -> Self {
        let runtime = client.runtime();
        Self {
            runtime,
            started: runtime.now(),
            timeout,
        }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// The error of the attempt if it is final.
    async fn backoff(&self, error: Error) -> Result<()> {
        if !is_passing(&error) {
            return Err(error);
        }
        let requested = error.retry_after().unwrap_or_default();
        // The random part spreads callers that wait for the same lock.
        let delay = requested + MAX_JITTER.mul_f64(self.runtime.random());
        let elapsed = self.runtime.now().duration_since(self.started);
        if elapsed + delay > self.timeout {
            return Err(error.with_context(format!(
                "there is no time for another attempt after {:.1} s of the timeout of {:.1} s",
                elapsed.as_secs_f64(),
                self.timeout.as_secs_f64()
            )));
        }
        self.runtime.sleep(delay).await;
        Ok(())
    }
}

/// Whether another attempt can succeed: the failure is retryable, or others changed rules meanwhile.
fn is_passing(error: &Error) -> bool {
    error.is_retryable() || is_outdated(error)
}

/// Whether a conflict means that another change was made after the rule was read, so that it must be read again.
fn is_outdated(error: &Error) -> bool {
    let message = error.service_message().unwrap_or_default();
    error.is_conflict() && message.to_ascii_lowercase().contains("priority")
}
