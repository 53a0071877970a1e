//! A string instead of an enumeration value.

use cisco_secure_access::api::policies::types::UpdateAccessRuleRequest;

fn main() {
    let _ = UpdateAccessRuleRequest::builder().rule_action("allow");
}
