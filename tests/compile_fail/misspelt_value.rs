//! A value of an enumeration is misspelt.

use cisco_secure_access::api::policies::types::{RuleAction, UpdateAccessRuleRequest};

fn main() {
    let _ = UpdateAccessRuleRequest::builder().rule_action(RuleAction::Alow);
}
