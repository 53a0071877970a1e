//! Changes of types: what is read is lenient, what is sent is not.

use serde_json::json;

use super::{CREATE, NEW_ORDER, ORDER, at, changed, push, remove};

#[test]
fn a_property_of_a_response_comes_and_goes() {
    let lines = changed(|shop| at(shop, ORDER)["properties"]["color"] = json!({"type": "string"}));
    assert_eq!(lines, ["+ Order: property `color` added, `String`"]);
    let lines = changed(|shop| {
        remove(shop, &format!("{ORDER}/properties"), "createdAt");
    });
    assert_eq!(
        lines,
        ["! Order: property `createdAt` removed, was `DateTime`"]
    );
}

#[test]
fn a_property_of_a_response_may_be_absent_in_any_case() {
    let lines = changed(|shop| push(shop, &format!("{ORDER}/required"), json!("createdAt")));
    assert_eq!(
        lines,
        ["· Order: property `createdAt`: optional → required"]
    );
}

#[test]
fn a_property_that_is_sent_is_required() {
    let lines = changed(|shop| push(shop, &format!("{NEW_ORDER}/required"), json!("tags")));
    assert_eq!(lines, ["! NewOrder: property `tags`: optional → required"]);
    let lines =
        changed(|shop| *at(shop, &format!("{NEW_ORDER}/required")) = json!(["name", "comment"]));
    assert_eq!(
        lines,
        ["! NewOrder: property `payment`: required → optional"]
    );
    let lines =
        changed(|shop| at(shop, NEW_ORDER)["properties"]["color"] = json!({"type": "string"}));
    assert_eq!(lines, ["+ NewOrder: property `color` added, `String`"]);
    let lines = changed(|shop| {
        at(shop, NEW_ORDER)["properties"]["color"] = json!({"type": "string"});
        push(shop, &format!("{NEW_ORDER}/required"), json!("color"));
    });
    assert_eq!(lines, ["! NewOrder: property `color` added, `String`"]);
    let lines = changed(|shop| at(shop, NEW_ORDER)["properties"]["tags"]["nullable"] = json!(true));
    assert_eq!(
        lines,
        ["! NewOrder: property `tags`: optional → optional, can be null"]
    );
}

#[test]
fn constructors_come_and_go() {
    let constructor = |takes: &str| json!([{"name": "tagged", "description": "With tags.", "set": {}, "at": "/tags", "takes": takes}]);
    let with = |takes: &str| {
        let mut shop = super::shop();
        at(&mut shop, NEW_ORDER)["x-constructors"] = constructor(takes);
        shop
    };
    let (none, strings, integers) = (super::shop(), with("strings"), with("integers"));
    for (old, new, expected) in [
        (&none, &strings, "+ NewOrder: constructor `tagged` added"),
        (&strings, &none, "! NewOrder: constructor `tagged` removed"),
        (
            &strings,
            &integers,
            "! NewOrder: constructor `tagged`: strings → integers",
        ),
    ] {
        assert_eq!(super::between(old, new), [expected]);
    }
}

#[test]
fn a_property_is_retyped() {
    let lines =
        changed(|shop| at(shop, ORDER)["properties"]["createdAt"] = json!({"type": "integer"}));
    assert_eq!(lines, ["! Order: property `createdAt`: `DateTime` → `i64`"]);
    let lines = changed(|shop| {
        at(shop, ORDER)["properties"]["extra"] =
            json!({"type": "object", "properties": {"a": {"type": "string"}}});
    });
    assert_eq!(
        lines,
        ["! Order: property `extra`: `BTreeMap<String, Value>` → `OrderExtra`"]
    );
}

#[test]
fn a_property_is_renamed() {
    let lines = changed(|shop| {
        let property = remove(shop, &format!("{ORDER}/properties"), "createdAt");
        at(shop, ORDER)["properties"]["createdTime"] = property;
    });
    // Of two words, one is the same: too little to be sure.
    assert_eq!(
        lines,
        [
            "! Order: property `createdAt` removed, was `DateTime`",
            "+ Order: property `createdTime` added, `DateTime`",
        ]
    );
    let lines = changed(|shop| {
        let property = remove(shop, &format!("{ORDER}/properties"), "oldName");
        at(shop, ORDER)["properties"]["theOldName"] = property;
    });
    assert_eq!(lines, ["! Order: property `oldName` is now `theOldName`"]);
}

#[test]
fn enumerations_are_open() {
    let lines = changed(|shop| push(shop, "/components/schemas/State/enum", json!("lost")));
    assert_eq!(lines, ["+ State: enum value `lost` added"]);
    let lines = changed(|shop| *at(shop, "/components/schemas/State/enum") = json!(["open"]));
    assert_eq!(lines, ["! State: enum values `shipped`, `=` removed"]);
}

#[test]
fn forms_come_and_go() {
    let lines = changed(|shop| {
        shop["components"]["schemas"]["GiftPayment"] =
            json!({"type": "object", "properties": {"kind": {"type": "string", "enum": ["gift"]}}});
        push(
            shop,
            "/components/schemas/Payment/oneOf",
            json!({"$ref": "#/components/schemas/GiftPayment"}),
        );
        push(
            shop,
            "/components/schemas/Payment/oneOf",
            json!({"type": "integer"}),
        );
    });
    assert_eq!(
        lines,
        [
            "+ Payment: form `Gift` added",
            "+ Payment: form `Number` added"
        ]
    );
    let lines = changed(|shop| {
        push(
            shop,
            "/components/schemas/Payment/oneOf",
            json!({"type": "string"}),
        );
        let forms = at(shop, "/components/schemas/Payment/oneOf")
            .as_array_mut()
            .unwrap();
        forms.remove(0);
    });
    assert_eq!(
        lines,
        [
            "! Payment: form `Card` removed",
            "+ Payment: form `String` added"
        ]
    );
}

#[test]
fn a_type_is_renamed_once() {
    let lines = changed(|shop| {
        let text = shop
            .to_string()
            .replace("schemas/Order\"", "schemas/Purchase\"");
        *shop = serde_json::from_str(&text).unwrap();
        let order = remove(shop, "/components/schemas", "Order");
        shop["components"]["schemas"]["Purchase"] = order;
    });
    assert_eq!(
        lines,
        [
            "! Purchase: type `Order` is now `Purchase`",
            "! PurchaseLine: type `OrderLine` is now `PurchaseLine`",
        ]
    );
}

#[test]
fn a_type_is_an_object_no_more() {
    let lines = changed(|shop| {
        shop["components"]["schemas"]["OrderFilters"] = json!({"type": "string", "enum": ["all"]});
    });
    assert_eq!(
        lines,
        ["! OrderFilters: type `OrderFilters`: an object → an enumeration"]
    );
}

#[test]
fn what_is_sent_is_read_as_well() {
    // All of what is read is optional: the constructor of the type changes though its schema does not.
    let lines = changed(|shop| {
        at(shop, CREATE)["responses"]["201"]["content"]["application/json"]["schema"] =
            json!({"$ref": "#/components/schemas/NewOrder"});
    });
    assert_eq!(
        lines,
        [
            "! create_order: response: `Order` → `NewOrder`",
            "! NewOrder: type: sent only → sent and read",
        ]
    );
}

#[test]
fn a_property_with_one_value_gets_another_or_more() {
    const OP: &str = "/paths/~1shop~1v2~1orders~1{orderId}~1lines~1{type}/patch/requestBody/content/application~1json/schema/items/properties/op/enum";
    let lines = changed(|shop| *at(shop, OP) = json!(["update"]));
    assert_eq!(
        lines,
        ["~ UpdateOrderLineBodyItem: property `op`: always `replace` → always `update`"]
    );
    let lines = changed(|shop| push(shop, OP, json!("update")));
    assert!(
        lines.contains(
            &"! UpdateOrderLineBodyItem: property `op`: always `replace` → of several values"
                .to_owned()
        ),
        "{lines:?}"
    );
}

#[test]
fn a_property_is_deprecated_or_a_secret() {
    let lines =
        changed(|shop| at(shop, ORDER)["properties"]["createdAt"]["deprecated"] = json!(true));
    assert_eq!(lines, ["~ Order: deprecation `createdAt` added"]);
    let lines =
        changed(|shop| at(shop, ORDER)["properties"]["createdAt"]["x-secret"] = json!(true));
    assert_eq!(
        lines,
        ["~ Order: property `createdAt`: no secret → a secret"]
    );
}
