//! Changes an access rule while others change rules too: reads it, lets a program change it, writes it, and waits where the rules are locked.

use std::time::Duration;

use crate::api::policies::operations::GET_ACCESS_RULE;
use crate::api::policies::types::{AccessRule, RuleSetting, UpdateAccessRuleRequest};
use crate::client::{Client, RetryPolicy};
use crate::error::{Error, ErrorKind, Result};
use crate::response::Response;

/// How long to wait before the rule is read again where the service does not say it, and at most on top of what it says.
const PAUSE: Duration = Duration::from_secs(5);

/// Changes an access rule; gives the rule as it then is.
///
/// The rule is read, `change` makes of it what it should be, and the whole is written. While another change holds the rules locked, and
/// after other failures that may pass, it waits about as long as the service says (five seconds for a lock), reads the rule *anew* and calls
/// `change` again: what was written meanwhile is not undone. So `change` should set things rather than add to them; where it changes
/// nothing, nothing is written.
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
/// It costs a read and a write, and both again after each wait. It waits as long as `patience` all in all.
///
/// The service compares no versions: a change to the same rule between the read and the write is lost.
///
/// # Errors
/// What a call can fail with; the last failure, such as the 409 of a lock, when `patience` is over. [`ErrorKind::Decode`] when the rule
/// comes without its name, action or priority, which have to be written back.
pub async fn edit_access_rule(
    client: &Client,
    rule_id: i64,
    patience: Duration,
    mut change: impl FnMut(&mut UpdateAccessRuleRequest),
) -> Result<Response<AccessRule>> {
    let policies = client.policies();
    let runtime = client.runtime();
    let started = runtime.now();
    loop {
        let rule = policies.get_access_rule(rule_id).send().await?;
        let before = as_request(&rule)?;
        let mut wanted = before.clone();
        change(&mut wanted);
        if wanted == before {
            return Ok(rule);
        }
        // It is not the same request that is tried again: by then the rule may be another.
        let write = policies.update_access_rule(rule_id, &wanted);
        let error = match write.retry(RetryPolicy::none()).send().await {
            Err(error) if error.is_retryable() => error,
            result => return result,
        };
        let told = error.retry_after().unwrap_or_default();
        // The random part keeps those apart who wait for the same lock.
        let wait = told + PAUSE.mul_f64(runtime.random());
        let waited = runtime.now().duration_since(started);
        if waited + wait > patience {
            return Err(error.with_context(format!(
                "it was tried for {:.1} s of the {:.1} s that the caller gives it",
                waited.as_secs_f64(),
                patience.as_secs_f64()
            )));
        }
        runtime.sleep(wait).await;
    }
}

/// The request that leaves a rule as it is.
fn as_request(rule: &AccessRule) -> Result<UpdateAccessRuleRequest> {
    let rule = rule.clone();
    let (Some(action), Some(name), Some(priority)) =
        (rule.rule_action, rule.rule_name, rule.rule_priority)
    else {
        let what = "the rule has no action, name or priority, so it cannot be written back";
        return Err(Error::of(ErrorKind::Decode, &GET_ACCESS_RULE, what));
    };
    let settings = rule.rule_settings.into_iter().map(|details| {
        let mut setting = RuleSetting::new();
        setting.setting_name = details.setting_name;
        setting.setting_value = details.setting_value;
        setting
    });
    let mut request =
        UpdateAccessRuleRequest::new(action, rule.rule_conditions, name, priority, settings);
    request.rule_access = rule.rule_access;
    request.rule_description = rule.rule_description;
    request.rule_is_enabled = rule.rule_is_enabled;
    Ok(request)
}
