//! One report in its three forms.

use cisco_secure_access_importer::diff::Report;
use serde_json::{Value, json};

use super::{CREATE, LIST, NEW_ORDER, ORDER, at, difference, parameter, push, remove, shop};

/// Something of everything.
fn report() -> Report {
    let mut new: Value = shop();
    remove(&mut new, "/paths", "/shop/v2/orders/upload");
    let mut stock = at(&mut new, CREATE).clone();
    stock["operationId"] = json!("get_stock");
    stock["tags"] = json!(["Stock"]);
    stock.as_object_mut().unwrap().remove("requestBody");
    new["paths"]["/shop/v2/stock"] = json!({"get": stock});
    parameter(&mut new, "exact")["required"] = json!(true);
    push(
        &mut new,
        &format!("{LIST}/security/0/oauth2"),
        json!("shop.buyers:read"),
    );
    push(&mut new, "/components/schemas/State/enum", json!("lost"));
    push(&mut new, &format!("{NEW_ORDER}/required"), json!("tags"));
    at(&mut new, ORDER)["properties"]["color"] = json!({"type": "string"});
    at(&mut new, LIST)["x-pagination"]["maximum"] = json!(500);
    at(&mut new, LIST)["description"] = json!("Other words.");
    for pointer in [
        LIST,
        CREATE,
        "/paths/~1shop~1v2~1orders~1{orderId}~1lines~1{type}/patch",
    ] {
        at(&mut new, pointer)["responses"]["503"] = json!({"description": ""});
    }
    difference(&shop(), &new)
}

#[test]
fn for_people() {
    insta::assert_snapshot!(report().to_string());
}

#[test]
fn for_a_pull_request() {
    insta::assert_snapshot!(report().markdown());
}

#[test]
fn for_programs() {
    insta::assert_snapshot!(format!("{:#}", report().json()));
}

#[test]
fn of_nothing() {
    let report = difference(&shop(), &shop());
    assert_eq!(report.to_string(), "nothing has changed\n");
    assert!(report.markdown().contains("Nothing has changed."));
    assert_eq!(report.json()["effect"], Value::Null);
}
