//! `secure-access rules edit`: changes a rule in the editor of the user.

use std::fmt::Write as _;

use cisco_secure_access::Client;
use cisco_secure_access::api::policies::types::{AccessRule, UpdateAccessRuleRequest};
use cisco_secure_access::jobs::rules::edit_access_rule;
use cisco_secure_access_openapi::Location;
use serde_json::{Value, json};

use super::editor::Draft;
use super::lock_timeout;
use crate::catalog;
use crate::failure::{ExitStatus, Failure, Result};
use crate::operation::{Call, Notation, Payload, Values, print_call};
use crate::output::Columns;
use crate::session::Options;
use crate::tasks::find::{Found, find};
use crate::tasks::{interruptible, message};

/// Edits a rule.
///
/// # Errors
/// When the rule is not found, the editor fails, or the rule cannot be changed. The edited rule stays in a file then.
pub(super) async fn run(options: &Options, rule: &str) -> Result<()> {
    let client = options.client()?;
    let rules = client.policies().list_access_rules().items();
    let rule = find("access rule", rule, rules, |rule| rule.rule_id).await?;
    let current = client.policies().get_access_rule(rule.id).send().await?;
    let before = current.to_update();
    let draft = Draft::new(&format!("secure-access-rule-{}-", rule.id))?;
    let result = edit(options, &client, &rule, &before, &draft).await;
    match result {
        Ok(Some(changed)) => {
            let changed = serde_json::to_value(&changed).map_err(not_json)?;
            options.output.printer(Columns::default())?.value(&changed)
        }
        Ok(None) => Ok(()),
        Err(failure) => {
            let path = draft.keep()?;
            Err(failure.with_hint(format!("The edited rule is in {}.", path.display())))
        }
    }
}

/// Edits a rule until it is valid, and sends it; `None` if nothing is sent.
async fn edit(
    options: &Options,
    client: &Client,
    rule: &Found,
    before: &UpdateAccessRuleRequest,
    draft: &Draft,
) -> Result<Option<AccessRule>> {
    let yaml = yaml_serde::to_string(before).map_err(|error| {
        Failure::new(
            ExitStatus::Response,
            format!("the rule is not YAML: {error}"),
        )
    })?;
    let call = match valid(rule, &yaml, draft)? {
        Some(call) => call,
        None => {
            message("nothing was changed");
            return Ok(None);
        }
    };
    if options.dry_run {
        print_call(options, &call).await?;
        return Ok(None);
    }
    let Payload::Value(body) = call.payload() else {
        return Ok(None);
    };
    let wanted = serde_json::from_value(body.clone()).map_err(not_json)?;
    let sent = send(options, client, rule.id, before, &wanted);
    interruptible(sent).await.map(Some)
}

/// Opens the editor until the text is a valid rule; `None` if it is unchanged or empty.
fn valid(rule: &Found, yaml: &str, draft: &Draft) -> Result<Option<Call>> {
    let mut text = yaml.to_owned();
    let mut problem: Option<Failure> = None;
    loop {
        let edited = draft.edit(&with_comments(rule, &text, problem.as_ref()))?;
        let edited = without_comments(&edited);
        if edited.trim().is_empty() || edited == yaml {
            return Ok(None);
        }
        match problem.take() {
            // Who saves what is not valid a second time gives up.
            Some(problem) if edited == text => return Err(problem),
            _ => {}
        }
        match call(rule.id, &edited) {
            Ok(call) => return Ok(Some(call)),
            Err(failure) => problem = Some(failure),
        }
        text = edited;
    }
}

/// The call that changes the rule, checked against the document.
fn call(id: i64, yaml: &str) -> Result<Call> {
    let body: Value = yaml_serde::from_str(yaml)
        .map_err(|error| Failure::usage(format!("not valid YAML: {error}")))?;
    let entry = catalog::find("update_access_rule")
        .ok_or_else(|| Failure::usage("there is no operation `update_access_rule`"))?;
    let values = Values::from([((Location::Path, "ruleId".to_owned()), json!(id))]);
    Call::new(entry, values, Payload::Value(body)).checked(Notation::Json)
}

/// Adds what the file is for, and what is wrong with it.
fn with_comments(rule: &Found, yaml: &str, problem: Option<&Failure>) -> String {
    let mut text = format!(
        "# The access rule {} ({}). Lines that begin with # are ignored. Save the file unchanged to cancel.\n",
        rule.name, rule.id
    );
    for line in problem
        .map(ToString::to_string)
        .iter()
        .flat_map(|text| text.lines())
    {
        let _ = writeln!(text, "# error: {line}");
    }
    text + yaml
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(|line| [line, "\n"]).collect()
}

/// Sends the rule, unless another client changed it since it was opened.
async fn send(
    options: &Options,
    client: &Client,
    id: i64,
    before: &UpdateAccessRuleRequest,
    wanted: &UpdateAccessRuleRequest,
) -> Result<AccessRule> {
    let mut is_outdated = false;
    let changed = edit_access_rule(client, id, lock_timeout(options), |rule| {
        is_outdated = rule != before && rule != wanted;
        if !is_outdated {
            rule.clone_from(wanted);
        }
    });
    let changed = changed.await?;
    match is_outdated {
        true => Err(Failure::new(
            ExitStatus::Conflict,
            "another client changed the rule while it was edited, and nothing was sent",
        )),
        false => Ok(changed.into_inner()),
    }
}

fn not_json(error: serde_json::Error) -> Failure {
    Failure::new(
        ExitStatus::Response,
        format!("the rule is not JSON: {error}"),
    )
}
