//! `secure-access whoami`: whose key it is, and what it may call.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use cisco_secure_access::{Security, operations};
use serde_json::{Map, Value, json};

use crate::failure::Result;
use crate::output::Columns;
use crate::session::Options;

/// Shows organization, cloud, OAuth scopes and expiry of the access token, and what the key may call
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Lists the operations that the key may call
    #[arg(long)]
    operations: bool,
}

impl Arguments {
    /// Shows what the token says.
    ///
    /// # Errors
    /// When there is no token.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let client = options.client()?;
        let token = client.access_token().await?;
        let claims = claims(token.expose_secret()).unwrap_or_default();
        let scopes = scopes(&claims);
        if self.operations {
            let mut printer =
                options
                    .output
                    .printer(Columns::named(&["scope", "operation", "summary"]))?;
            for operation in
                operations().filter(|operation| allows(&scopes, operation.security) != Some(false))
            {
                printer.item(&json!({
                    "scope": operation.scope,
                    "operation": crate::catalog::command_name(operation),
                    "summary": operation.summary,
                }))?;
            }
            return printer.end();
        }
        let expiry: DateTime<Utc> = token.expires_at().into();
        let mut shown = json!({
            "cloud": client.cloud().base_url().as_str(),
            "expiresAt": expiry.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            "operations": permitted(&scopes),
        });
        let organization = ["orgid", "organizationId", "org_id", "orgId"]
            .iter()
            .find_map(|name| claims.get(*name))
            .or_else(|| claims.get("organization"));
        if let Some(organization) = organization {
            shown["organization"] = organization.clone();
        }
        if let Some(subject) = claims.get("sub") {
            shown["subject"] = subject.clone();
        }
        if let Some(scopes) = &scopes {
            shown["scopes"] = scopes.clone().into();
        }
        let names = [
            "organization",
            "subject",
            "cloud",
            "expiresAt",
            "scopes",
            "operations",
        ];
        let names: Vec<&str> = names
            .into_iter()
            .filter(|name| shown.get(name).is_some())
            .collect();
        options
            .output
            .printer(Columns::named(&names))?
            .value(&shown)
    }
}

/// The claims of a token, which is a JSON Web Token (RFC 7519). Its signature is for the service, and is not checked.
fn claims(token: &str) -> Option<Map<String, Value>> {
    let payload = token.split('.').nth(1)?;
    let json = BASE64_URL_SAFE_NO_PAD
        .decode(payload.trim_end_matches('='))
        .ok()?;
    serde_json::from_slice(&json).ok()
}

/// The OAuth scopes of a token; `None` if it has none.
fn scopes(claims: &Map<String, Value>) -> Option<Vec<String>> {
    let claim = claims
        .get("scope")
        .or_else(|| claims.get("scopes"))
        .or_else(|| claims.get("scp"))?;
    match claim {
        Value::String(text) => Some(text.split_whitespace().map(str::to_owned).collect()),
        Value::Array(list) => Some(
            list.iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
        ),
        _ => None,
    }
}

/// Whether a key with these scopes may call an operation; `None` if nothing says so.
fn allows(scopes: &Option<Vec<String>>, security: Security) -> Option<bool> {
    match (scopes, security) {
        (Some(scopes), Security::Bearer(needed)) if !needed.is_empty() => {
            Some(needed.iter().all(|scope| covers(scopes, scope)))
        }
        _ => None,
    }
}

/// Whether one of the scopes is the needed one, or a group of it: `deployments:read` has `deployments.sites:read`.
fn covers(scopes: &[String], needed: &str) -> bool {
    let (path, access) = needed.split_once(':').unwrap_or((needed, ""));
    scopes.iter().any(|scope| {
        let (own, own_access) = scope.split_once(':').unwrap_or((scope, ""));
        let is_group = path == own
            || path
                .strip_prefix(own)
                .is_some_and(|rest| rest.starts_with('.'));
        is_group && (own_access == access || own_access.is_empty())
    })
}

/// How many of the operations of each path scope may be called: `12 of 86`.
fn permitted(scopes: &Option<Vec<String>>) -> Value {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for operation in operations() {
        let (permitted, all) = counts.entry(operation.scope).or_default();
        *all += 1;
        *permitted += usize::from(allows(scopes, operation.security) != Some(false));
    }
    let text = |(permitted, all): (usize, usize)| Value::from(format!("{permitted} of {all}"));
    Value::Object(
        counts
            .into_iter()
            .map(|(scope, count)| (scope.to_owned(), text(count)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claims_of_a_token_say_what_the_key_may_call() {
        let payload = json!({"sub": "key", "orgid": 17, "scope": "deployments:read reports:read"});
        let payload = BASE64_URL_SAFE_NO_PAD.encode(payload.to_string());
        let claims = claims(&format!("header.{payload}.signature")).unwrap_or_default();
        assert_eq!(claims["orgid"], 17);
        let scopes = scopes(&claims);
        assert_eq!(scopes.as_deref().map(<[String]>::len), Some(2));
        let permitted = permitted(&scopes);
        assert_eq!(permitted["policies"], "0 of 135");
        assert_ne!(permitted["reports"], "0 of 94");
        for opaque in ["", "opaque", "a.b.c"] {
            assert!(super::claims(opaque).is_none(), "{opaque}");
        }
    }

    #[test]
    fn a_group_of_scopes_covers_its_members() {
        let scopes = [
            "deployments:read".to_owned(),
            "policies.rules:write".to_owned(),
        ];
        assert!(covers(&scopes, "deployments.sites:read"));
        assert!(!covers(&scopes, "deployments.sites:write"));
        assert!(covers(&scopes, "policies.rules:write"));
        assert!(!covers(&scopes, "policies.rulesets:write"));
    }
}
