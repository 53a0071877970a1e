//! A string stands where a value of an enumeration belongs.

use cisco_secure_access::api::policies::types::UpdateAccessRuleRequest;

fn main() {
    let _ = UpdateAccessRuleRequest::builder().rule_action("allow");
}
