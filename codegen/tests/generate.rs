//! What comes out of the generator for a small document that has one of everything, and what it says of documents that it cannot use.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use cisco_secure_access_codegen::{Error, Options, examples, generate};
use proc_macro2::TokenStream;
use serde_json::{Value, json};

const ALL: Options<'static> = Options {
    enabled: &|_| true,
    schemars: false,
};

/// The operation that lists.
const LIST: &str = "/paths/~1shop~1v2~1orders/get";

fn everything() -> Value {
    serde_json::from_str(include_str!("documents/everything.json")).unwrap()
}

fn generated() -> TokenStream {
    generate("shop", &everything(), &ALL).unwrap().code
}

/// The document with the value at `pointer` replaced.
fn changed(pointer: &str, value: Value) -> Value {
    let mut document = everything();
    *document.pointer_mut(pointer).unwrap() = value;
    document
}

/// The code of a document, without the spaces between its tokens.
fn unspaced(document: &Value) -> String {
    let code = generate("shop", document, &ALL).unwrap().code;
    code.to_string().replace(' ', "")
}

fn error(document: &Value) -> Error {
    generate("shop", document, &ALL).unwrap_err()
}

#[test]
fn one_of_everything() {
    let code = generated();
    let file = syn::parse2(code).unwrap();
    insta::assert_snapshot!(prettyplease::unparse(&file));
}

#[test]
fn a_renamed_operation_keeps_its_former_name_for_a_release() {
    let mut document = everything();
    document["paths"]["/shop/v2/orders"]["post"]["x-former-name"] = "place_order".into();
    let code = generate("shop", &document, &ALL).unwrap().code;
    let text = prettyplease::unparse(&syn::parse2(code).unwrap());
    // Of its method, its request, its endpoint and its row in the table.
    let names = text.split("/// The former name of").skip(1);
    let names: Vec<String> = names
        .map(|rest| {
            let end = rest.find([';', '}']).unwrap();
            format!("/// The former name of{}", &rest[..=end])
        })
        .collect();
    insta::assert_snapshot!(names.join("\n"));
}

#[test]
fn examples_have_the_values_of_the_document() {
    let mut document = everything();
    let orders = &mut document["paths"]["/shop/v2/orders"];
    for (name, example) in [
        ("buyer", json!([7, 8])),
        ("since", json!("2026-01-01T00:00:00Z")),
        ("origin", json!(["192.0.2.7"])),
        ("exact", json!(true)),
        ("states", json!([])),
    ] {
        let parameters = orders["get"]["parameters"].as_array_mut().unwrap();
        let mut named = parameters.iter_mut().filter(|known| known["name"] == name);
        named.next().unwrap()["example"] = example;
    }
    orders["post"]["requestBody"]["content"]["application/json"]["example"] =
        json!({"name": "Pier", "payment": {"kind": "cash"}, "comment": null, "tags": ["blue"]});
    let functions = examples("shop", &document).unwrap();
    let (functions, _) = functions.split_once("async fn update_order_line").unwrap();
    insta::assert_snapshot!(functions);

    let documentation = generate("shop", &document, &ALL).unwrap().code.to_string();
    for line in functions.lines().filter(|line| line.starts_with("    .")) {
        let line = format!("{line:?}");
        assert!(documentation.contains(line.trim_matches('"')), "{line}");
    }
}

#[test]
fn an_example_that_does_not_fit_is_rejected_but_breaks_no_build() {
    let order = json!({"name": "Pier", "payment": {"kind": "cash"}, "comment": "none"});
    for (property, value, expected) in [
        (
            "name",
            json!(7),
            "the example of `name` is 7, expected a string",
        ),
        (
            "colour",
            json!("red"),
            "the example of `colour` is \"red\", expected a property of `NewOrder`",
        ),
        (
            "tags",
            json!("blue"),
            "the example of `tags` is \"blue\", expected a list",
        ),
        (
            "payment",
            json!(true),
            "the example of `payment` is true, expected a `Payment`",
        ),
    ] {
        let mut example = order.clone();
        example[property] = value;
        let mut document = everything();
        document["paths"]["/shop/v2/orders"]["post"]["requestBody"]["content"]["application/json"]
            ["example"] = example;
        generate("shop", &document, &ALL).unwrap();
        let error = examples("shop", &document).unwrap_err();
        assert_eq!(error.pointer(), "/paths/~1shop~1v2~1orders/post");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn an_operation_pages_as_its_document_says() {
    let params = json!({"style": "cursor", "cursor": "offset", "items": "/data/rows"});
    for (keys, expected) in [
        (json!({"nextHeader": "x-next"}), ".next_header(\"x-next\")"),
        (json!({"nextFromItem": "/id"}), ".next_from_item(\"/id\")"),
        (json!({"next": "/data/total"}), ".next(\"/data/total\")"),
        (json!({"link": true}), ".link()"),
    ] {
        let mut pagination = params.clone();
        pagination
            .as_object_mut()
            .unwrap()
            .extend(keys.as_object().unwrap().clone());
        let document = changed(&format!("{LIST}/x-pagination"), pagination);
        let code = unspaced(&document);
        let by_cursor =
            format!("Pagination::by_cursor(\"offset\").items(\"/data/rows\"){expected}");
        assert!(code.contains(&by_cursor), "{expected}");
    }
    let pagination = json!({
        "style": "page", "page": "offset", "limit": "limit", "start": 0, "maximum": 50, "maxOffset": 70, "maySendAll": true,
        "items": "/data/rows", "total": "/data/total",
    });
    let document = changed(&format!("{LIST}/x-pagination"), pagination);
    let code = unspaced(&document);
    let by_page = "Pagination::by_page(\"offset\").items(\"/data/rows\").first_page(0u64).limit(\"limit\").max_page_size(50u64).max_offset(70u64).total(\"/data/total\").may_send_all()";
    assert!(code.contains(by_page));
    let pagination = json!({"style": "single", "items": "/data/rows", "total": "/data/total"});
    let document = changed(&format!("{LIST}/x-pagination"), pagination);
    let code = unspaced(&document);
    let single = "Pagination::single().items(\"/data/rows\").total(\"/data/total\")";
    assert!(code.contains(single));
}

#[test]
fn the_same_document_gives_the_same_code() {
    let once = generated().to_string();
    let again = generated().to_string();
    assert_eq!(once, again);
}

/// A function that is neither inline nor generic is compiled with the library, and with it all that it calls: the decoding of every type
/// for programs that call three operations.
#[test]
fn programs_compile_what_they_call() {
    let file: syn::File = syn::parse2(generated()).unwrap();
    let mut compiled = Vec::new();
    compiled_functions(&file.items, &mut compiled);
    assert_eq!(compiled, Vec::<String>::new());
}

/// Adds the functions that are compiled whether they are called or not.
fn compiled_functions(items: &[syn::Item], found: &mut Vec<String>) {
    for item in items {
        match item {
            syn::Item::Mod(module) => {
                let items = module.content.as_ref().map(|(_, items)| items.as_slice());
                compiled_functions(items.unwrap_or_default(), found);
            }
            syn::Item::Impl(block) => {
                let functions = block.items.iter().filter_map(|item| match item {
                    syn::ImplItem::Fn(function) => Some(function),
                    _ => None,
                });
                let block_is_generic = has_types(&block.generics);
                found.extend(
                    functions
                        .filter(|function| {
                            let is_inline = function
                                .attrs
                                .iter()
                                .any(|attribute| attribute.path().is_ident("inline"));
                            !is_inline && !block_is_generic && !has_types(&function.sig.generics)
                        })
                        .map(|function| function.sig.ident.to_string()),
                );
            }
            _ => {}
        }
    }
}

fn has_types(generics: &syn::Generics) -> bool {
    generics.type_params().next().is_some()
}

#[test]
fn another_api_changes_nothing_of_a_shared_type() {
    let reference = json!({"schema": {"$ref": "#/components/schemas/Shared"}});
    let operation = |id: &str, api: &str, body: Value, response: Value| {
        json!({
            "operationId": id,
            "x-api": api,
            "tags": [api],
            "summary": "Does it",
            "requestBody": body,
            "responses": {"200": {"description": "Done", "content": response}},
        })
    };
    let content = json!({"application/json": reference});
    let body = json!({"required": true, "content": content});
    let mut document = json!({
        "openapi": "3.0.3",
        "info": {"title": "shop", "version": "1"},
        "paths": {
            "/shop/v2/a": {"post": operation("send_a", "A", body, json!({}))},
            "/shop/v2/b": {"get": operation("get_b", "B", Value::Null, content)},
        },
        "components": {"schemas": {"Shared": {
            "type": "object",
            "required": ["name"],
            "properties": {"name": {"type": "string"}},
        }}},
    });
    let get = document.pointer_mut("/paths/~1shop~1v2~1b/get").unwrap();
    get.as_object_mut().unwrap().remove("requestBody");
    let shared = |enabled: &dyn Fn(&str) -> bool| {
        let options = Options { enabled, ..ALL };
        let code = generate("shop", &document, &options).unwrap().code;
        let text = prettyplease::unparse(&syn::parse2(code).unwrap());
        let start = text.find("pub struct Shared {").unwrap();
        let (of_struct, _) = text[start..].split_once("\n    }\n").unwrap();
        of_struct.to_owned()
    };
    let alone = shared(&|feature| feature == "a");
    assert!(alone.contains("pub name: Option<String>"), "{alone}");
    assert_eq!(alone, shared(&|_| true));
}

/// The names of the structs in the code of these schemas, each the response of an operation of the API of its name.
fn structs(schemas: Value, enabled: &dyn Fn(&str) -> bool) -> Vec<String> {
    let names = schemas.as_object().unwrap().keys();
    let paths = names.map(|name| {
        let reference = json!({"$ref": format!("#/components/schemas/{name}")});
        let content = json!({"application/json": {"schema": reference}});
        let id = format!("read_{}", name.to_lowercase());
        let operation = json!({
            "operationId": id,
            "summary": "Reads it",
            "tags": [name],
            "responses": {"200": {"description": "", "content": content}},
        });
        let item = json!({"get": operation});
        (format!("/shop/v2/{}", name.to_lowercase()), item)
    });
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "shop", "version": "1"},
        "paths": paths.collect::<serde_json::Map<_, _>>(),
        "components": {"schemas": schemas},
    });
    let options = Options { enabled, ..ALL };
    let code = generate("shop", &document, &options).unwrap().code;
    let text = prettyplease::unparse(&syn::parse2(code).unwrap());
    let structs = text.split("pub struct ").skip(1);
    let names = structs.filter_map(|rest| rest.split_once(" {"));
    names.map(|(name, _)| name.to_owned()).collect()
}

#[test]
fn items_of_lists_have_the_name_that_their_schema_has() {
    let item = |properties: &[&str], named_by: Option<&str>| {
        let properties = properties.iter();
        let properties = properties.map(|name| ((*name).to_owned(), json!({"type": "string"})));
        let mut item = json!({
            "type": "object",
            "properties": properties.collect::<serde_json::Map<_, _>>(),
        });
        if let Some(name) = named_by {
            item["x-named-by"] = json!(name);
        }
        item
    };
    let schemas = json!({
        "Alarm": item(&["state"], None),
        "Crate": item(&["ownerName"], Some("ownerName")),
        "Depot": item(&["label", "ownerName", "title"], None),
        "Order": item(&["label", "name"], None),
        "ShelfRule": item(&["ownerName", "ruleName"], None),
    });
    let mut paths = serde_json::Map::new();
    for name in schemas.as_object().unwrap().keys() {
        let list =
            json!({"type": "array", "items": {"$ref": format!("#/components/schemas/{name}")}});
        let operation = json!({
            "operationId": format!("list_{}s", name.to_lowercase()),
            "summary": "Lists them",
            "tags": [name],
            "responses": {"200": {"description": "", "content": {"application/json": {"schema": list}}}},
            "x-pagination": {"style": "single", "items": ""},
        });
        paths.insert(format!("/shop/v2/{name}"), json!({"get": operation}));
    }
    let document = json!({
        "openapi": "3.0.3",
        "info": {"title": "shop", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    });
    let code = generate("shop", &document, &ALL).unwrap().code.to_string();
    let named: Vec<_> = code
        .split("impl crate :: Named for ")
        .skip(1)
        .map(|text| {
            let (item, rest) = text.split_once(' ').unwrap();
            let (_, field) = rest.split_once("self . ").unwrap();
            (item, field.split_once(' ').unwrap().0)
        })
        .collect();
    let expected = [
        ("Crate", "owner_name"),
        ("Depot", "label"),
        ("Order", "name"),
        ("ShelfRule", "rule_name"),
    ];
    assert_eq!(named, expected);
}

#[test]
fn a_name_that_is_taken_gets_one_that_is_not() {
    let object = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let schemas = json!({"Map": object, "MapValue": object});
    let structs = structs(schemas, &|_| true);
    for expected in ["MapValue", "MapValueValue"] {
        assert!(structs.contains(&expected.to_owned()), "{structs:?}");
    }
}

#[test]
fn the_number_of_an_inline_type_does_not_follow_from_what_is_enabled() {
    let inline = json!({"type": "object", "properties": {"name": {"type": "string"}}});
    let with = |property: &str| json!({"type": "object", "properties": {property: inline}});
    let schemas = json!({"Order": with("line_price"), "OrderLine": with("price")});
    let all = structs(schemas.clone(), &|_| true);
    let some = structs(schemas, &|feature| feature == "order-line");
    for name in ["OrderLinePrice", "OrderLinePrice2"] {
        assert!(all.contains(&name.to_owned()), "{all:?}");
    }
    assert!(some.contains(&"OrderLinePrice2".to_owned()), "{some:?}");
    assert!(!some.contains(&"OrderLinePrice".to_owned()), "{some:?}");
}

#[test]
fn the_json_schema_of_a_type_is_that_of_the_wire() {
    let mut document = everything();
    document["components"]["schemas"]["Named"]["properties"]["shippedAt"] =
        json!({"type": "integer", "format": "epoch-milliseconds"});
    document["components"]["schemas"]["NewOrder"]["properties"]["name"]["x-secret"] = json!(true);
    let options = Options {
        schemars: true,
        ..ALL
    };
    let code = generate("shop", &document, &options).unwrap().code;
    let text = prettyplease::unparse(&syn::parse2(code).unwrap());
    for expected in [
        "#[schemars(rename = \"shippedAt\", with = \"Option<i64>\")]",
        "#[schemars(rename = \"createdAt\")]",
        "#[schemars(rename = \"lines\", default)]",
        "#[schemars(rename = \"name\", required, with = \"Option<String>\")]\n        pub name: Option<crate::SecretString>",
        "#[schemars(rename = \"comment\", required)]\n        pub comment: Option<crate::Nullable<String>>",
        "#[derive(::schemars::JsonSchema)]\n    #[schemars(untagged)]\n    #[non_exhaustive]\n    pub enum Payment",
        "#[schemars(skip)]\n        lists: decode::ListPresence",
        "#[schemars(skip)]\n        pub extra: decode::Extra",
    ] {
        assert!(text.contains(expected), "{expected}");
    }
}

#[test]
fn secrets_are_marked_whatever_their_type() {
    let secret = json!({"type": "string", "x-secret": true});
    let mut document = everything();
    document["components"]["schemas"]["Secret"] = secret.clone();
    document["components"]["schemas"]["Named"]["properties"] = json!({
        "a0_text": secret,
        "a1_component": {"$ref": "#/components/schemas/Secret"},
        "a2_time": {"type": "string", "format": "date-time", "x-secret": true},
        "a3_list": {"type": "array", "items": {"type": "string"}, "x-secret": true},
        "a4_list_of_secrets": {"type": "array", "items": secret},
        "a5_map_of_secrets": {"type": "object", "additionalProperties": secret},
        "name": {"type": "string"},
    });
    let code = generate("shop", &document, &ALL).unwrap().code;
    let text = prettyplease::unparse(&syn::parse2(code).unwrap());
    let expected = "secrets: &[0usize, 1usize, 2usize, 3usize, 4usize, 5usize]";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn what_is_no_openapi_is_rejected() {
    for (document, expected) in [
        (
            json!({}),
            "shop#/openapi: not an OpenAPI document: the key `openapi` is missing",
        ),
        (json!([1, 2]), "shop#/openapi: not an OpenAPI document"),
        (
            json!({"openapi": "3.1.0"}),
            "shop#/openapi: OpenAPI 3.1.0 is not supported: expected 3.0.x",
        ),
        (
            json!({"openapi": "3.0.3"}),
            "shop#/paths: expected an object",
        ),
        (
            json!({"swagger": "2.0", "paths": {}}),
            "shop#/openapi: not an OpenAPI document",
        ),
    ] {
        let message = error(&document).to_string();
        assert!(message.starts_with(expected), "{message}");
    }
}

#[test]
fn a_defect_is_reported_with_its_location() {
    const LINE: &str = "/paths/~1shop~1v2~1orders~1{orderId}~1lines~1{type}/patch";
    for (pointer, value, location, expected) in [
        (
            format!("{LIST}/operationId"),
            json!(7),
            format!("{LIST}/operationId"),
            "expected a string",
        ),
        (
            format!("{LIST}/tags"),
            json!([]),
            LIST.to_owned(),
            "the name of the API",
        ),
        (
            format!("{LIST}/responses"),
            json!({"400": {}}),
            format!("{LIST}/responses"),
            "no successful response",
        ),
        (
            format!("{LIST}/parameters/0/in"),
            json!("cookie"),
            format!("{LIST}/parameters/0/in"),
            "expected path, query or header",
        ),
        (
            format!("{LIST}/parameters/2/schema"),
            json!({"$ref": "#/components/schemas/Gone"}),
            format!("{LIST}/parameters/2/schema/$ref"),
            "there is no schema `Gone`",
        ),
        (
            format!("{LIST}/parameters/2/schema"),
            json!({"$ref": "other.json"}),
            format!("{LIST}/parameters/2/schema/$ref"),
            "expected #/components/schemas/<name>",
        ),
        (
            format!("{LIST}/x-pagination/items"),
            json!("/data/nothing"),
            format!("{LIST}/x-pagination"),
            "`/data/nothing` is not a list of the response",
        ),
        (
            format!("{LIST}/x-pagination/total"),
            json!("/data/rows"),
            format!("{LIST}/x-pagination"),
            "`/data/rows` is not a number of the response",
        ),
        (
            format!("{LIST}/x-pagination"),
            json!({"style": "offset", "offset": "offset", "items": "/data/rows", "more": "/data/total"}),
            format!("{LIST}/x-pagination"),
            "`/data/total` is not a flag of the response",
        ),
        (
            format!("{LIST}/x-pagination"),
            json!({"style": "cursor", "cursor": "offset", "items": "/data/rows", "nextFromItem": "/gone"}),
            format!("{LIST}/x-pagination"),
            "`/gone` is not a property of an item",
        ),
        (
            format!("{LIST}/x-pagination"),
            json!({"style": "cursor", "cursor": "offset", "items": "/data/rows"}),
            format!("{LIST}/x-pagination"),
            "the cursor of the next page is missing",
        ),
        (
            format!("{LIST}/x-pagination/style"),
            json!("zigzag"),
            format!("{LIST}/x-pagination/style"),
            "unknown style `zigzag`",
        ),
        (
            format!("{LINE}/parameters"),
            json!([]),
            LINE.to_owned(),
            "no path parameter of that name",
        ),
        (
            "/components/schemas/State".to_owned(),
            json!({"$ref": "#/components/schemas/State"}),
            "/components/schemas/State".to_owned(),
            "refers to itself",
        ),
    ] {
        let error = error(&changed(&pointer, value));
        assert_eq!(error.pointer(), location, "{error}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn names_that_are_one_in_rust_are_rejected() {
    let mut document = everything();
    document["components"]["schemas"]["new_order"] =
        json!({"type": "object", "properties": {"a": {"type": "string"}}});
    document["paths"]["/shop/v2/orders"]["post"]["requestBody"]["content"]["application/json"]["schema"] = json!({"type": "object", "properties": {"a": {"$ref": "#/components/schemas/NewOrder"}, "b": {"$ref": "#/components/schemas/new_order"}}});
    let message = error(&document).to_string();
    assert!(
        message.contains("would both be the type `NewOrder`"),
        "{message}"
    );
}
