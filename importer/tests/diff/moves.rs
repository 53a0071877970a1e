//! Operations that are somewhere else, or called something else.

use cisco_secure_access_importer::diff::{Specs, compare};
use serde_json::{Value, json};

use super::{CREATE, LIST, at, changed, lines, remove, shop};

#[test]
fn an_operation_of_another_name() {
    let lines = changed(|shop| at(shop, CREATE)["operationId"] = json!("place_order"));
    assert_eq!(
        lines,
        [
            "! place_order: operation `create_order` is now `place_order`",
            "· place_order: upstream id `create_order` is now `place_order`"
        ]
    );
    let lines = changed(|shop| at(shop, LIST)["x-upstream-id"] = json!("get_orders"));
    assert!(lines.is_empty(), "only another spelling: {lines:?}");
}

#[test]
fn an_operation_with_another_path() {
    let lines = changed(|shop| {
        let item = remove(shop, "/paths", "/shop/v2/orders/upload");
        shop["paths"]["/shop/v2/uploads/orders"] = item;
    });
    assert_eq!(
        lines,
        [
            "~ upload_orders: operation moved from `/shop/v2/orders/upload` to `/shop/v2/uploads/orders`"
        ]
    );
}

#[test]
fn an_operation_with_another_path_and_name() {
    let lines = changed(|shop| {
        let mut item = remove(shop, "/paths", "/shop/v2/orders/upload");
        item["post"]["operationId"] = json!("upload_all_orders");
        shop["paths"]["/shop/v3/orders/upload"] = item;
    });
    assert_eq!(
        lines,
        [
            "! upload_all_orders: operation `upload_orders` is now `upload_all_orders`",
            "~ upload_all_orders: operation moved from `/shop/v2/orders/upload` to `/shop/v3/orders/upload`",
            "· upload_all_orders: upstream id `upload_orders` is now `upload_all_orders`",
        ]
    );
}

#[test]
fn an_operation_that_can_be_called_by_its_former_name() {
    let lines = tagged(|shop| {
        let mut item = remove(shop, "/paths", "/shop/v2/orders/upload");
        item["post"]["operationId"] = json!("send_everything");
        item["post"]["x-upstream-id"] = json!("sendEverything");
        item["post"]["x-former-name"] = json!("upload_orders");
        shop["paths"]["/shop/v3/depot"] = item;
    });
    assert_eq!(
        lines,
        [
            "~ send_everything: operation `upload_orders` is now `send_everything`",
            "~ send_everything: operation moved from `/shop/v2/orders/upload` to `/shop/v3/depot`",
            "· send_everything: upstream id `upload_orders` is now `sendEverything`",
        ]
    );
}

#[test]
fn an_operation_with_another_method() {
    let lines = changed(|shop| {
        let item = at(shop, "/paths/~1shop~1v2~1orders~1{orderId}~1lines~1{type}");
        let operation = item["patch"].take();
        *item = json!({"put": operation});
    });
    assert_eq!(
        lines,
        [
            "~ update_order_line: HTTP method: PATCH → PUT",
            "~ update_order_line: repeating: not repeated where it may have been processed → repeated after a failure",
        ]
    );
}

#[test]
fn a_collection_is_not_its_items() {
    let lines = changed(|shop| {
        let mut item = remove(shop, "/paths", "/shop/v2/orders/upload");
        item["post"]["parameters"] =
            json!([{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}}]);
        shop["paths"]["/shop/v2/orders/upload/{id}"] = item;
    });
    assert_eq!(
        lines,
        [
            "! upload_orders: operation removed, was `POST /shop/v2/orders/upload`",
            "+ upload_orders: operation added, `POST /shop/v2/orders/upload/{id}`",
        ]
    );
}

/// The shop with its operations, or one of them, in another API. The code is the same; only features of Cargo differ.
fn tagged(change: impl FnOnce(&mut Value)) -> Vec<String> {
    let mut new = shop();
    change(&mut new);
    lines(&super::difference(&shop(), &new))
}

#[test]
fn an_operation_in_another_api() {
    let lines = tagged(|shop| at(shop, CREATE)["tags"] = json!(["Tokens"]));
    assert_eq!(
        lines,
        ["! create_order: operation moved from the feature `orders` to the feature `tokens`"]
    );
}

#[test]
fn an_api_of_another_name() {
    let lines = tagged(|shop| {
        let text = shop.to_string().replace("\"Tokens\"", "\"Access Tokens\"");
        *shop = serde_json::from_str(&text).unwrap();
    });
    assert_eq!(
        lines,
        ["! Access Tokens: API `Tokens` is now `Access Tokens`"]
    );
}

#[test]
fn an_operation_in_another_scope() {
    let old = Specs::from([("shop".to_owned(), shop())]);
    let mut rest = shop();
    let mut item = remove(&mut rest, "/paths", "/shop/v2/orders/upload");
    item["post"]["tags"] = json!(["Orders"]);
    let mut depot = shop();
    depot["paths"] = json!({"/depot/v2/orders/upload": item});
    let new = Specs::from([("shop".to_owned(), rest), ("depot".to_owned(), depot)]);
    let report = compare(&old, &new).unwrap();
    assert_eq!(
        lines(&report),
        [
            "+ Orders: path scope `depot` added, `client.depot()`",
            "+ Orders: API `Orders` added, the feature `orders`",
            "! upload_orders: operation moved from `client.shop()` to `client.depot()`",
            "~ upload_orders: operation moved from `/shop/v2/orders/upload` to `/depot/v2/orders/upload`",
        ]
    );
}
