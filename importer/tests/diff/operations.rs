//! Changes of operations: parameters, bodies, responses, and what is known of them.

use serde_json::json;

use super::{CREATE, LIST, at, changed, parameter, push, remove};

#[test]
fn an_operation_is_added() {
    let lines = changed(|shop| {
        let mut get = at(shop, CREATE).clone();
        get["operationId"] = json!("get_stock");
        get.as_object_mut().unwrap().remove("requestBody");
        shop["paths"]["/shop/v2/stock"] = json!({"get": get});
    });
    assert_eq!(
        lines,
        ["+ get_stock: operation added, `GET /shop/v2/stock`"]
    );
}

#[test]
fn an_operation_is_removed() {
    let lines = changed(|shop| {
        remove(shop, "/paths", "/shop/v2/orders/upload");
    });
    assert_eq!(
        lines,
        ["! upload_orders: operation removed, was `POST /shop/v2/orders/upload`"]
    );
}

#[test]
fn parameters_come_and_go() {
    let lines = changed(|shop| {
        push(
            shop,
            &format!("{LIST}/parameters"),
            json!({"name": "color", "in": "query", "schema": {"type": "string"}}),
        );
    });
    assert_eq!(lines, ["+ list_orders: parameter `color` added, `String`"]);
    let lines = changed(|shop| {
        push(
            shop,
            &format!("{LIST}/parameters"),
            json!({"name": "color", "in": "query", "required": true, "schema": {"type": "string"}}),
        );
    });
    assert_eq!(lines, ["! list_orders: parameter `color` added, `String`"]);
    let lines = changed(|shop| {
        let list = at(shop, &format!("{LIST}/parameters"))
            .as_array_mut()
            .unwrap();
        list.retain(|parameter| parameter["name"] != "exact");
    });
    assert_eq!(
        lines,
        ["! list_orders: parameter `exact` removed, was `bool`"]
    );
}

#[test]
fn parameters_change() {
    for (name, key, value, expected) in [
        (
            "exact",
            "required",
            json!(true),
            "! list_orders: parameter `exact`: optional → required",
        ),
        (
            "buyer",
            "required",
            json!(false),
            "! list_orders: parameter `buyer`: required → optional",
        ),
        (
            "exact",
            "name",
            json!("isExact"),
            "! list_orders: parameter `exact` is now `isExact`",
        ),
        (
            "buyer",
            "name",
            json!("buyers"),
            "! list_orders: parameter `buyer` is now `buyers`",
        ),
        (
            "exact",
            "schema",
            json!({"type": "integer"}),
            "! list_orders: parameter `exact`: `bool` → `i64`",
        ),
        (
            "since",
            "x-time",
            json!("reporting"),
            "! list_orders: parameter `since`: `DateTime` → `ReportingTime`",
        ),
        ("limit", "deprecated", json!(true), ""),
    ] {
        let lines = changed(|shop| parameter(shop, name)[key] = value);
        assert_eq!(lines.first().map_or("", String::as_str), expected);
    }
}

#[test]
fn setters_have_no_order() {
    let lines = changed(|shop| {
        let list = at(shop, &format!("{LIST}/parameters"))
            .as_array_mut()
            .unwrap();
        for parameter in list
            .iter_mut()
            .filter(|parameter| parameter["name"] == "since")
        {
            parameter["required"] = json!(true);
        }
    });
    assert_eq!(
        lines,
        ["! list_orders: parameter `since`: optional → required"]
    );
    let mut old = super::shop();
    parameter(&mut old, "since")["required"] = json!(true);
    let mut new = old.clone();
    at(&mut new, &format!("{LIST}/parameters"))
        .as_array_mut()
        .unwrap()
        .reverse();
    assert!(super::between(&old, &new).is_empty(), "they have setters");
}

#[test]
fn a_placeholder_of_another_name_is_no_change() {
    let lines = changed(|shop| {
        let mut item = remove(shop, "/paths", "/shop/v2/orders/{orderId}/lines/{type}");
        item["patch"]["parameters"][1]["name"] = json!("order");
        shop["paths"]["/shop/v2/orders/{order}/lines/{type}"] = item;
    });
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn bodies_change() {
    let lines = changed(|shop| at(shop, CREATE)["requestBody"]["required"] = json!(false));
    assert_eq!(lines, ["! create_order: body: required → optional"]);
    let lines = changed(|shop| {
        remove(shop, CREATE, "requestBody");
    });
    assert_eq!(
        lines,
        [
            "! create_order: body removed, was `NewOrder`",
            "! CardPayment: type: sent and read → read only",
            "! CashPayment: type: sent and read → read only",
        ]
    );
    let lines = changed(|shop| {
        at(shop, CREATE)["requestBody"]["content"]["multipart/form-data"] = json!({"schema": {
            "type": "object", "properties": {"file": {"type": "string", "format": "binary"}},
        }});
    });
    assert_eq!(lines, ["+ create_order: file `create_order_file` added"]);
}

#[test]
fn responses_change() {
    let schema = "/responses/200/content/application~1json/schema";
    let lines = changed(|shop| {
        *at(
            shop,
            &format!("/paths/~1shop~1v2~1orders~1upload/post{schema}"),
        ) = json!({"type": "array", "items": {"type": "integer"}});
    });
    assert_eq!(
        lines,
        ["! upload_orders: response: `Vec<String>` → `Vec<i64>`"]
    );
    let lines = changed(|shop| {
        remove(shop, &format!("{CREATE}/responses/201"), "content");
    });
    assert_eq!(lines, ["! create_order: response removed, was `Order`"]);
    let lines = changed(|shop| at(shop, CREATE)["responses"]["409"] = json!({"description": ""}));
    assert_eq!(lines, ["· create_order: error status `409` added"]);
}

#[test]
fn oauth_scopes_change() {
    let scopes = "/security/0/oauth2";
    let lines = changed(|shop| push(shop, &format!("{LIST}{scopes}"), json!("shop.buyers:read")));
    assert_eq!(
        lines,
        ["~ list_orders: OAuth scope `shop.buyers:read` added"]
    );
    let lines = changed(|shop| {
        push(
            shop,
            &format!("{CREATE}{scopes}"),
            json!("shop.orders:write"),
        )
    });
    assert_eq!(
        lines,
        ["· create_order: OAuth scope `shop.orders:write` added"]
    );
    let lines = changed(|shop| *at(shop, &format!("{LIST}{scopes}")) = json!([]));
    assert_eq!(
        lines,
        ["· list_orders: OAuth scope `shop.orders:read` removed"]
    );
}

#[test]
fn paging_changes() {
    let lines = changed(|shop| at(shop, LIST)["x-pagination"]["maximum"] = json!(500));
    let paging = |maximum: u64| {
        format!(
            "by `offset` from 0 and `limit` up to {maximum}, items at `/data/rows`, total at `/data/total`"
        )
    };
    let expected = format!("· list_orders: paging: {} → {}", paging(200), paging(500));
    assert_eq!(lines, [expected]);
    let lines = changed(|shop| {
        remove(shop, LIST, "x-pagination");
    });
    assert_eq!(
        lines,
        [format!(
            "! list_orders: paging removed, was {}",
            paging(200)
        )]
    );
}

#[test]
fn a_list_in_one_response_gets_items_and_pages() {
    let single = json!({"style": "single", "items": "/data/rows"});
    let mut new = super::shop();
    at(&mut new, LIST)["x-pagination"] = single.clone();
    let mut old = new.clone();
    remove(&mut old, LIST, "x-pagination");
    assert_eq!(
        super::between(&old, &new),
        ["+ list_orders: paging added, in one response, items at `/data/rows`"]
    );
    let lines = changed(|shop| at(shop, LIST)["x-pagination"] = single);
    assert_eq!(
        lines,
        [
            "· list_orders: paging: by `offset` from 0 and `limit` up to 200, items at `/data/rows`, total at `/data/total` → in one response, items at `/data/rows`"
        ]
    );
}

#[test]
fn what_the_table_says_changes() {
    let limit = |requests: u64| json!({"class": "shop", "per": "key", "windows": [{"requests": requests, "seconds": 60}]});
    let mut old = super::shop();
    at(&mut old, LIST)["x-rate-limit"] = limit(10);
    at(&mut old, LIST)["x-clouds"] = json!(["global"]);
    let mut new = old.clone();
    at(&mut new, LIST)["x-rate-limit"] = limit(20);
    at(&mut new, LIST)["x-clouds"] = json!(["global", "china"]);
    at(&mut new, LIST)["deprecated"] = json!(true);
    at(&mut new, LIST)["x-idempotent"] = json!(false);
    assert_eq!(
        super::between(&old, &new),
        [
            "~ list_orders: repeating: repeated after a failure → not repeated where it may have been processed",
            "~ list_orders: deprecation added",
            "· list_orders: clouds: global → global, china",
            "· list_orders: rate limit: 10 in 60 s for each key (`shop`) → 20 in 60 s for each key (`shop`)",
        ]
    );
}

#[test]
fn words_are_counted() {
    let old = super::shop();
    let mut new = old.clone();
    at(&mut new, LIST)["description"] = json!("Other words.");
    let report = super::difference(&old, &new);
    assert_eq!((report.words(), report.changes().count()), (1, 0));
    assert!(report.effect().is_some());
}
