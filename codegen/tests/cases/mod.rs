//! The cases: small documents as `specs/` could hold them, and the results.

use serde_json::{Value, json};

/// A document, and the result.
pub(crate) struct Case {
    /// The row of the tables.
    pub row: &'static str,
    pub what: &'static str,
    pub document: Value,
    pub expected: Expected,
    /// Its number among the cases.
    number: usize,
}

pub(crate) enum Expected {
    /// Code that has some pieces and lacks others.
    Code {
        has: &'static [&'static str],
        lacks: &'static [&'static str],
    },
    Rejected {
        pointer: &'static str,
        says: &'static str,
    },
}

impl Case {
    /// The name of its scope, and of the module of its code.
    pub(crate) fn scope(&self) -> String {
        format!("case_{}_{}", self.row.to_lowercase(), self.number)
    }

    fn new(row: &'static str, what: &'static str, document: Value) -> Self {
        Self {
            row,
            what,
            document,
            expected: Expected::Code {
                has: &[],
                lacks: &[],
            },
            number: 0,
        }
    }

    fn has(self, pieces: &'static [&'static str]) -> Self {
        let lacks = match self.expected {
            Expected::Code { lacks, .. } => lacks,
            Expected::Rejected { .. } => &[],
        };
        Self {
            expected: Expected::Code { has: pieces, lacks },
            ..self
        }
    }

    fn lacks(self, pieces: &'static [&'static str]) -> Self {
        let has = match self.expected {
            Expected::Code { has, .. } => has,
            Expected::Rejected { .. } => &[],
        };
        Self {
            expected: Expected::Code { has, lacks: pieces },
            ..self
        }
    }

    fn rejected(self, pointer: &'static str, says: &'static str) -> Self {
        Self {
            expected: Expected::Rejected { pointer, says },
            ..self
        }
    }
}

/// The operation `list_things` with some keys replaced, and schemas.
fn operation(keys: Value, schemas: Value) -> Value {
    let mut operation = json!({
        "operationId": "list_things",
        "summary": "List things",
        "tags": ["Things"],
        "responses": {"204": {"description": "No Content"}},
    });
    let given = keys.as_object().unwrap().clone();
    operation.as_object_mut().unwrap().extend(given);
    document(json!({"/shop/v2/things": {"get": operation}}), schemas)
}

fn document(paths: Value, schemas: Value) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": {"title": "Shop", "version": "1"},
        "paths": paths,
        "components": {"schemas": schemas},
    })
}

/// An operation with a path of its own.
fn at(path: &str, id: &str, parameters: Value) -> Value {
    let operation = json!({
        "operationId": id,
        "summary": "Do it",
        "tags": ["Things"],
        "parameters": parameters,
        "responses": {"204": {"description": "No Content"}},
    });
    document(json!({path: {"get": operation}}), json!({}))
}

fn json_content(schema: Value) -> Value {
    json!({"application/json": {"schema": schema}})
}

fn response_of(schema: Value) -> Value {
    json!({"description": "OK", "content": json_content(schema)})
}

/// A response of `list_things`.
fn response(schema: Value, schemas: Value) -> Value {
    operation(json!({"responses": {"200": response_of(schema)}}), schemas)
}

/// A body of `list_things`.
fn body(schema: Value, schemas: Value) -> Value {
    let body = json!({"required": true, "content": json_content(schema)});
    operation(json!({"requestBody": body}), schemas)
}

/// An object of a response with these properties.
fn in_response(properties: Value) -> Value {
    let thing = json!({"type": "object", "properties": properties});
    response(reference("Thing"), json!({"Thing": thing}))
}

/// An object of a body with these properties, all required.
fn in_body(properties: Value) -> Value {
    let required: Vec<_> = properties.as_object().unwrap().keys().cloned().collect();
    let thing = json!({"type": "object", "required": required, "properties": properties});
    body(reference("Thing"), json!({"Thing": thing}))
}

fn query(name: &str, schema: Value) -> Value {
    json!({"name": name, "in": "query", "schema": schema})
}

fn parameters(list: Value) -> Value {
    operation(json!({"parameters": list}), json!({}))
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

fn object(properties: Value) -> Value {
    json!({"type": "object", "properties": properties})
}

/// The pointer of something in `list_things`.
macro_rules! at {
    ($rest:literal) => {
        concat!("/paths/~1shop~1v2~1things/get", $rest)
    };
}

/// All cases.
pub(crate) fn cases() -> Vec<Case> {
    let tables = [
        generation_fails(),
        names(),
        silent(),
        strict(),
        words(),
        extensions(),
    ];
    let mut cases: Vec<_> = tables.into_iter().flatten().collect();
    for (number, case) in cases.iter_mut().enumerate() {
        case.number = number;
    }
    cases
}

/// Table A.
fn generation_fails() -> Vec<Case> {
    let string = || json!({"type": "string"});
    let integer = || json!({"type": "integer"});
    let files =
        json!({"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}});
    vec![
        Case::new("A1", "a response and none", operation(
            json!({"responses": {"200": response_of(object(json!({"a": string()}))), "204": {"description": "None"}}}),
            json!({}),
        ))
        .has(&["type Response = ListThingsResponse;"]),
        Case::new("A1", "one response for two statuses, and a response for all others", operation(
            json!({"responses": {"200": response_of(reference("Thing")), "202": response_of(reference("Thing")), "default": response_of(reference("Other"))}}),
            json!({"Thing": object(json!({"a": string()})), "Other": object(json!({"b": string()}))}),
        ))
        .has(&["type Response = Thing;"])
        .lacks(&["struct Other"]),
        Case::new("A1", "different responses for two statuses", operation(
            json!({"responses": {"200": response_of(reference("Thing")), "202": response_of(reference("Other"))}}),
            json!({"Thing": object(json!({"a": string()})), "Other": object(json!({"b": string()}))}),
        ))
        .rejected(at!("/responses"), "the responses 200, 202 have different schemas: `x-success-status` must have the status"),
        Case::new("A1", "different responses for two statuses, of which one is named", operation(
            json!({"x-success-status": "202", "responses": {"200": response_of(reference("Thing")), "202": response_of(reference("Other"))}}),
            json!({"Thing": object(json!({"a": string()})), "Other": object(json!({"b": string()}))}),
        ))
        .has(&["type Response = Other;"])
        .lacks(&["struct Thing"]),
        Case::new("A1", "no successful response", operation(json!({"responses": {"default": response_of(string())}}), json!({})))
            .rejected(at!("/responses"), "no successful response"),
        Case::new("A2", "errors with and without bodies", operation(
            json!({"responses": {"200": response_of(reference("Thing")), "400": response_of(reference("Bad")), "404": {"description": "Gone"}, "5XX": response_of(string())}}),
            json!({"Thing": object(json!({"a": string()})), "Bad": object(json!({"b": string()}))}),
        ))
        .has(&["type Response = Thing;"])
        .lacks(&["struct Bad"]),
        Case::new("A3", "JSON or another notation", operation(
            json!({"requestBody": {"required": true, "content": {"application/json": {"schema": object(json!({"a": string()}))}, "application/xml": {"schema": string()}}}}),
            json!({}),
        ))
        .has(&["body: &ListThingsBody", ".with_json(body)"]),
        Case::new("A3", "JSON or a file", operation(
            json!({"requestBody": {"required": true, "content": {"application/json": {"schema": object(json!({"a": string()}))}, "multipart/form-data": {"schema": files}}}}),
            json!({}),
        ))
        .has(&["pub fn list_things(&self, body: &ListThingsBody)", "pub fn list_things_file(&self, file: impl Into<crate::Upload>)"]),
        Case::new("A4", "a file", operation(json!({"requestBody": {"required": true, "content": {"multipart/form-data": {"schema": files}}}}), json!({})))
            .has(&["pub fn list_things(&self, file: impl Into<crate::Upload>)", ".with_part(\"file\", file.into())"]),
        Case::new("A4", "a form with a part that is not a file", operation(
            json!({"requestBody": {"content": {"multipart/form-data": {"schema": object(json!({"name": string()}))}}}}),
            json!({}),
        ))
        .rejected(at!("/requestBody/content/multipart~1form-data/schema/properties/name"), "a part that is not a file"),
        Case::new("A4", "a merge patch", operation(json!({"requestBody": {"content": {"application/merge-patch+json": {"schema": {}}}}}), json!({})))
            .rejected(at!("/requestBody/content"), "a body of application/merge-patch+json is not supported"),
        Case::new("A4", "a vendor's JSON", operation(json!({"requestBody": {"content": {"application/vnd.shop+json": {"schema": {}}}}}), json!({})))
            .rejected(at!("/requestBody/content"), "a body of application/vnd.shop+json is not supported"),
        Case::new("A5", "bytes", operation(json!({"requestBody": {"content": {"application/octet-stream": {"schema": string()}}}}), json!({})))
            .rejected(at!("/requestBody/content"), "a body of application/octet-stream is not supported"),
        Case::new("A5", "CSV", operation(json!({"requestBody": {"content": {"text/csv": {"schema": string()}}}}), json!({})))
            .rejected(at!("/requestBody/content"), "a body of text/csv is not supported"),
        Case::new("A6", "a response", operation(json!({"responses": {"200": {"description": "OK", "content": {"application/json": {}}}}}), json!({})))
            .has(&["type Response = ::serde_json::Value;"]),
        Case::new("A6", "a body", operation(json!({"requestBody": {"required": true, "content": {"application/json": {}}}}), json!({})))
            .has(&["body: &::serde_json::Value"]),
        Case::new("A7", "of a file", operation(
            json!({"requestBody": {"content": {"multipart/form-data": {"schema": files, "encoding": {"file": {"contentType": "text/csv"}}}}}}),
            json!({}),
        ))
        .has(&[".with_part(\"file\", file.into())"]),
        Case::new("A8", "a cookie", parameters(json!([{"name": "a", "in": "cookie", "schema": string()}])))
            .rejected(at!("/parameters/0/in"), "a parameter in `cookie` is not supported"),
        Case::new("A8", "a deep object", parameters(json!([{"name": "a", "in": "query", "style": "deepObject", "schema": {"type": "object"}}])))
            .rejected(at!("/parameters/0/style"), "the style deepObject is not supported"),
        Case::new("A8", "pipes", parameters(json!([{"name": "a", "in": "query", "style": "pipeDelimited", "schema": {"type": "array", "items": string()}}])))
            .rejected(at!("/parameters/0/style"), "the style pipeDelimited is not supported"),
        Case::new("A8", "spaces", parameters(json!([{"name": "a", "in": "query", "style": "spaceDelimited", "schema": {"type": "array", "items": string()}}])))
            .rejected(at!("/parameters/0/style"), "the style spaceDelimited is not supported"),
        Case::new("A8", "a matrix in a path", at("/shop/v2/{a}", "list_things", json!([{"name": "a", "in": "path", "required": true, "style": "matrix", "schema": string()}])))
            .rejected("/paths/~1shop~1v2~1{a}/get/parameters/0/style", "expected simple"),
        Case::new("A8", "the styles that are the default", parameters(json!([
            {"name": "a", "in": "query", "style": "form", "schema": string()},
            {"name": "b", "in": "header", "style": "simple", "schema": string()},
        ])))
        .has(&[".with_query::<String>(\"a\"", ".with_header::<String>(\"b\""]),
        Case::new("A8", "a content of JSON", parameters(json!([{"name": "a", "in": "query", "content": json_content(object(json!({"b": string()})))}])))
            .has(&["pub fn a(self, a: impl Into<ListThingsA>)", ".with_query_json::<ListThingsA>(\"a\", &a.into())"]),
        Case::new("A8", "a content of text", parameters(json!([{"name": "a", "in": "query", "content": {"text/plain": {"schema": string()}}}])))
            .rejected(at!("/parameters/0"), "expected a `schema`"),
        Case::new("A9", "that is optional", parameters(json!([query("filters", object(json!({"name": string()})))])))
            .has(&["pub fn filters(self, filters: impl Into<ListThingsFilters>)", ".with_query_json::<ListThingsFilters>(\"filters\", &filters.into())"]),
        Case::new("A9", "that is a composition", parameters(json!([query("filters", json!({"allOf": [object(json!({"a": string()})), object(json!({"b": string()}))]}))])))
            .has(&[".with_query_json::<ListThingsFilters>(\"filters\", &filters.into())", "pub a: Option<String>, #[doc = \" `b`\"] pub b: Option<String>,", "encoder.optional(&self.a); encoder.optional(&self.b);"]),
        Case::new("A9", "that holds anything", parameters(json!([query("filters", json!({"type": "object"}))])))
            .has(&["filters: ::serde_json::Map<String, ::serde_json::Value>", ".with_query_json::< ::serde_json::Map<String, ::serde_json::Value>>(\"filters\", &filters)"]),
        Case::new("A9", "in a list", parameters(json!([query("a", json!({"type": "array", "items": {"type": "object"}}))])))
            .rejected(at!("/parameters/0/schema"), "this schema is not supported here"),
        Case::new("A9", "or a string", parameters(json!([query("a", json!({"oneOf": [{"type": "string"}, {"type": "object"}]}))])))
            .rejected(at!("/parameters/0/schema"), "this schema is not supported here"),
        Case::new("A10", "that is optional", at("/shop/v2/{a}", "get_thing", json!([{"name": "a", "in": "path", "required": false, "schema": integer()}])))
            .has(&["pub fn get_thing(&self, a: i64)"]),
        Case::new("A10", "that is not declared", at("/shop/v2/{a}", "get_thing", json!([])))
            .rejected("/paths/~1shop~1v2~1{a}/get", "no path parameter of that name is declared"),
        Case::new("A10", "that the path does not have", parameters(json!([{"name": "a", "in": "path", "schema": integer()}])))
            .rejected(at!("/parameters/0"), "does not occur in the path"),
        Case::new("A11", "in path and query", at("/shop/v2/{id}", "get_thing", json!([query("id", string()), {"name": "id", "in": "path", "schema": integer()}, {"name": "id", "in": "header", "schema": string()}])))
            .has(&["pub fn get_thing(&self, id: i64)", "pub fn id_parameter(self, id_parameter: impl Into<String>)", ".with_query::<String>(\"id\"", "pub fn id_header", ".with_header::<String>(\"id\""]),
        Case::new("A11", "in one place", parameters(json!([query("a", string()), query("a", integer())])))
            .rejected(at!("/parameters/1"), "the parameter `a` is declared twice"),
        Case::new("A12", "no operation id", operation(json!({"operationId": null}), json!({})))
            .rejected(at!("/operationId"), "expected a string"),
        Case::new("A12", "an operation id that is used twice", {
            let mut document = operation(json!({}), json!({}));
            let again = document["paths"]["/shop/v2/things"]["get"].clone();
            document["paths"]["/shop/v2/things"]["post"] = again;
            document
        })
        .rejected("/paths/~1shop~1v2~1things/post/operationId", "the operationId `list_things` is used twice"),
        Case::new("A12", "a reference in the place of a path", document(json!({"/shop/v2/things": {"$ref": "#/paths/other"}}), json!({})))
            .rejected("/paths/~1shop~1v2~1things/$ref", "expected one of get"),
        Case::new("A12", "an external reference", body(json!({"$ref": "other.json"}), json!({})))
            .rejected(at!("/requestBody/$ref"), "expected #/components/schemas/<name>"),
        Case::new("A12", "a reference into the paths", body(json!({"$ref": "#/paths/~1a/get"}), json!({})))
            .rejected(at!("/requestBody/$ref"), "expected #/components/schemas/<name>"),
        Case::new("A12", "a reference to nothing", body(object(json!({"a": reference("Gone")})), json!({})))
            .rejected(at!("/requestBody/properties/a/$ref"), "there is no schema `Gone`"),
        Case::new("A13", "3.1", json!({"openapi": "3.1.0", "paths": {}})).rejected("/openapi", "OpenAPI 3.1.0 is not supported"),
        Case::new("A13", "2.0", json!({"swagger": "2.0", "paths": {}})).rejected("/openapi", "not an OpenAPI document"),
        Case::new("A13", "a list of types", in_response(json!({"a": {"type": ["string", "null"]}})))
            .rejected("/components/schemas/Thing/properties/a/type", "is not a type"),
        Case::new("A13", "a version that no header can hold", {
            let mut document = in_response(json!({"a": string()}));
            document["info"]["version"] = json!("1.0 — première");
            document
        })
        .has(&["pub a: Option<String>"]),
        Case::new("A14", "file", in_response(json!({"a": {"type": "file"}})))
            .rejected("/components/schemas/Thing/properties/a/type", "\"file\" is not a type"),
        Case::new("A15", "beside a type and alone", in_response(json!({"a": {"type": "string", "not": {"enum": ["x"]}}, "b": {"not": {"type": "string"}}})))
            .has(&["pub a: Option<String>", "pub b: Option<::serde_json::Value>"]),
        Case::new("A16", "that occur twice, differ in case, or are symbols", in_response(json!({"a": {"type": "string", "enum": ["Allow", "allow", "Allow", "=", "!=", ">", ">=", "~", "§", "", "Unknown", "2", "self"]}})))
            .has(&[
                "Allow = \"Allow\"", "Allow_ = \"allow\"", "Equal = \"=\"", "NotEqual = \"!=\"", "Greater = \">\"", "GreaterOrEqual = \">=\"",
                "N = \"~\"", "N_ = \"§\"", "Empty = \"\"", "Unknown_ = \"Unknown\"", "N2 = \"2\"", "Self_ = \"self\"",
            ]),
        Case::new("A17", "enumerations of numbers, and of other values than their type's", in_response(json!({
            "a": {"type": "integer", "enum": [1, 2]},
            "b": {"type": "string", "enum": [false, "Open"]},
            "c": {"type": "array", "enum": ["x"], "items": string()},
            "d": {"type": "string", "nullable": true, "enum": ["x", null]},
            "e": {"type": "integer", "enum": [false, 1]},
        })))
        .has(&["pub a: Option<ThingA>", "ThingA { #[doc = \" `1`\"] N1 = 1i64, #[doc = \" `2`\"] N2 = 2i64 }", "pub e: Option<i64>", "pub b: Option<String>", "pub c: Vec<String>", "pub d: Option<ThingD>", "ThingD { # [doc = \" `x`\"] X = \"x\" }"]),
        Case::new("A17", "defaults that the schema does not allow", in_body(json!({"a": {"type": "integer", "maximum": 5, "default": "six"}})))
            .has(&["pub fn new(a: i64)"]),
        Case::new("A18", "of another dialect", in_body(json!({"a": {"type": "string", "pattern": "(?i)^(a"}})))
            .has(&["pub fn new(a: impl Into<String>)"]),
    ]
}

/// Table B.
fn names() -> Vec<Case> {
    let string = || json!({"type": "string"});
    vec![
        Case::new("B1", "properties", in_body(json!({"fooBar": string(), "foo_bar": string(), "new": string(), "type": string(), "default": string(), "3des": string(), "": string()})))
            .has(&[
                "&[\"\", \"3des\", \"default\", \"fooBar\", \"foo_bar\", \"new\", \"type\"]",
                "encoder.required(&self.n); encoder.required(&self.n3des); encoder.required(&self.default); encoder.required(&self.foo_bar);
                 encoder.required(&self.foo_bar_); encoder.required(&self.new); encoder.required(&self.type_);",
                "3usize => source.read(&mut self.foo_bar), 4usize => source.read(&mut self.foo_bar_),",
                "pub n: Option<String>", "pub n3des: Option<String>", "pub foo_bar: Option<String>", "pub foo_bar_: Option<String>", "pub type_: Option<String>",
            ]),
        Case::new("B1", "properties that may be absent", in_response(json!({"new": string(), "default": string(), "clone": string(), "value": string(), "map": string()})))
            .has(&["pub default: Option<String>"]),
        Case::new("B1", "properties with the names of methods", body(object(json!({"new": string(), "default": string(), "clone": string(), "value": string()})), json!({})))
            .has(&["pub fn with_new(mut self, value: impl Into<String>)", "pub fn default(mut self, value: impl Into<String>)", "pub fn new() -> Self { <Self as decode::ObjectFields>::empty() }"]),
        Case::new("B1", "parameters", parameters(json!([query("orgId", string()), query("org_id", string())])))
            .has(&["pub fn org_id(self", ".with_query::<String>(\"orgId\"", "pub fn org_id_parameter(self", ".with_query::<String>(\"org_id\""]),
        Case::new("B1", "operations", document(json!({
            "/shop/v2/a": {"get": {"operationId": "get_a", "summary": "Get", "tags": ["A"], "responses": {"204": {}}}},
            "/shop/v2/b": {"get": {"operationId": "get__a", "summary": "Get", "tags": ["A"], "responses": {"204": {}}}},
        }), json!({})))
        .rejected("/paths/~1shop~1v2~1b/get", "operations `get_a` and `get__a` have the same name in Rust"),
        Case::new("B2", "that are both reached", response(object(json!({"a": reference("Foo_Bar"), "b": reference("FooBar")})), json!({"Foo_Bar": object(json!({"a": string()})), "FooBar": object(json!({"a": string()}))})))
            .rejected("/components/schemas/Foo_Bar", "would both be the type `FooBar`"),
        Case::new("B3", "below a component, a response and a body", {
            let mut document = body(object(json!({"a": string()})), json!({
                "T": object(json!({"foo": object(json!({"inline": string()}))})),
                "TFoo": object(json!({"component": string()})),
                "ListThingsBody": object(json!({"component": string()})),
            }));
            document["paths"]["/shop/v2/things"]["get"]["responses"] = json!({"200": response_of(object(json!({"t": reference("T"), "f": reference("TFoo"), "b": reference("ListThingsBody")})))});
            document
        })
        .has(&["pub foo: Option<TFoo2>", "pub f: Option<TFoo>", "pub b: Option<ListThingsBody>", "pub fn list_things(&self, body: &ListThingsBody2)"]),
        Case::new("B4", "optional", operation(
            json!({
                "parameters": (["body", "call", "send", "new", "header_map", "items", "clone", "self", "value"].map(|name| query(name, string()))),
                "requestBody": {"content": json_content(string())},
            }),
            json!({}),
        ))
        .has(&[
            "pub fn body(self, body: &str)", "pub fn body_parameter(self", ".with_query::<String>(\"body\"", "pub fn send_parameter(self",
            "pub fn items_parameter(self", "pub fn clone_parameter(self", "pub fn header_map(self",
        ]),
        Case::new("B4", "required", operation(
            json!({
                "parameters": (["body", "parts", "send", "new", "client"].map(|name| json!({"name": name, "in": "query", "required": true, "schema": {"type": "array", "items": string()}}))),
                "requestBody": {"required": true, "content": json_content(string())},
            }),
            json!({}),
        ))
        .has(&["parts_parameter: impl IntoIterator<Item = impl Into<String>>", ".with_query_repeated::<String>(\"parts\""]),
        Case::new("B4", "of files", operation(
            json!({
                "parameters": [query("file", string())],
                "requestBody": {"content": {"multipart/form-data": {"schema": object(json!({"file": {"type": "string", "format": "binary"}, "send": {"type": "string", "format": "binary"}}))}}},
            }),
            json!({}),
        ))
        .has(&["pub fn file(self, file: impl Into<String>)", "pub fn file_part(self, file_part: impl Into<crate::Upload>)", "pub fn send_part(self"]),
        Case::new("B5", "new", at("/shop/v2/a", "new", json!([]))).has(&["pub fn new(&self,) -> requests::New"]),
        Case::new("B5", "new_with_client", at("/shop/v2/a", "new_with_client", json!([]))).has(&["requests::NewWithClient"]),
        Case::new("B5", "clone", at("/shop/v2/a", "clone", json!([]))).has(&["pub fn clone(&self,) -> requests::Clone"]),
        Case::new("B5", "a keyword", at("/shop/v2/a", "move", json!([]))).has(&["pub fn move_(&self,) -> requests::Move", "pub static MOVE: Operation"]),
        Case::new("B6", "a list in a path", at("/shop/v2/{a}", "get_thing", json!([{"name": "a", "in": "path", "schema": {"type": "array", "items": string()}}])))
            .rejected("/paths/~1shop~1v2~1{a}/get/parameters/0/schema", "this schema is not supported here"),
        Case::new("B6", "null in a path, a query and a header", at("/shop/v2/{a}", "get_thing", json!([
            {"name": "a", "in": "path", "schema": {"type": "string", "nullable": true}},
            {"name": "b", "in": "query", "schema": {"type": "string", "nullable": true}},
            {"name": "c", "in": "header", "schema": {"type": "integer", "nullable": true}},
            {"name": "d", "in": "query", "required": true, "schema": {"type": "array", "items": {"type": "string", "nullable": true}}},
        ])))
        .has(&["pub fn get_thing(&self, a: impl Into<String>) -> requests::GetThing", "pub fn d(self, d: impl IntoIterator<Item = impl Into<String>>) -> crate::Request<endpoints::GetThing, (crate::Set, ())>", "pub fn b(self, b: impl Into<String>)", "pub fn c(self, c: i64)"]),
        Case::new("B6", "a list in a header", parameters(json!([{"name": "a", "in": "header", "schema": {"type": "array", "items": string()}}])))
            .has(&["pub fn a(self, a: impl IntoIterator<Item = impl Into<String>>)", ".with_header_list::<String>("]),
        Case::new("B6", "a list of lists in a header", parameters(json!([{"name": "a", "in": "header", "schema": {"type": "array", "items": {"type": "array", "items": string()}}}])))
            .rejected(at!("/parameters/0/schema"), "this schema is not supported here"),
        Case::new("B6", "IP addresses in a query", parameters(json!([
            {"name": "a", "in": "query", "required": true, "schema": {"type": "string", "format": "ip"}},
            {"name": "b", "in": "query", "explode": false, "schema": {"type": "array", "items": {"type": "string", "format": "ip"}}},
        ])))
        .has(&["a: impl Into<::std::net::IpAddr>", ".a([192, 0, 2, 1])", "impl IntoIterator<Item = impl Into<::std::net::IpAddr>>"]),
        Case::new("B6", "a required parameter in a query that has a default", parameters(json!([
            {"name": "limit", "in": "query", "required": true, "schema": {"type": "integer", "default": 25}},
            {"name": "sort", "in": "query", "schema": {"type": "string", "default": "asc"}},
        ])))
        .has(&["pub fn limit(self, limit: i64)", "Default: `25`.", "defaults: &[(\"limit\", \"25\")],"]),
        Case::new("B6", "an object in a header", parameters(json!([{"name": "a", "in": "header", "schema": {"type": "object"}}])))
            .rejected(at!("/parameters/0/schema"), "this schema is not supported here"),
        Case::new("B7", "OPTIONS", document(json!({"/shop/v2/things": {"options": {}}}), json!({})))
            .rejected("/paths/~1shop~1v2~1things/options", "expected one of get, put, post, delete, patch"),
        Case::new("B7", "TRACE", document(json!({"/shop/v2/things": {"trace": {}}}), json!({})))
            .rejected("/paths/~1shop~1v2~1things/trace", "expected one of get"),
        Case::new("B7", "HEAD", document(json!({"/shop/v2/things": {"head": {}}}), json!({})))
            .rejected("/paths/~1shop~1v2~1things/head", "expected one of get"),
        Case::new("B8", "an alias of itself", response(reference("A"), json!({"A": reference("A")})))
            .rejected("/components/schemas/A", "refers to itself"),
        Case::new("B8", "a property with a list of an alias of itself", response(object(json!({"a": {"type": "array", "items": reference("A")}})), json!({"A": reference("A")})))
            .rejected("/components/schemas/A", "refers to itself"),
        Case::new("B8", "a circle of aliases and compositions", response(reference("A"), json!({"A": {"allOf": [reference("B"), object(json!({"a": string()}))]}, "B": {"oneOf": [reference("A"), string()]}})))
            .rejected("/components/schemas/B", "refers to itself"),
        Case::new("B8", "a tree, a list of itself and a union of itself", response(reference("Tree"), json!({
            "Tree": object(json!({"left": reference("Tree"), "children": {"type": "array", "items": reference("Tree")}, "list": reference("List"), "union": reference("Union")})),
            "List": {"type": "array", "items": reference("List")},
            "Union": {"oneOf": [string(), {"type": "array", "items": reference("Union")}, {"type": "object", "additionalProperties": reference("Union")}]},
        })))
        .has(&["pub left: Option<Box<Tree>>", "pub children: Vec<Tree>", "pub list: Vec<::serde_json::Value>", "List(Vec<Union>)"]),
        Case::new(
            "B8",
            "a composition inside of itself",
            response(
                reference("Node"),
                json!({"Node": object(json!({
                    "name": string(),
                    "child": {"allOf": [reference("Node"), object(json!({"extra": string()}))]},
                }))}),
            ),
        )
        .has(&[
            "pub child: Option<NodeChild>",
            "pub struct NodeChild { #[doc = \" `child`\"] pub child: Option<Box<NodeChild>>, #[doc = \" `extra`\"] pub extra_: Option<String>,",
        ]),
        Case::new(
            "B8",
            "a composition that grows for ever",
            response(
                reference("Node"),
                json!({
                    "Node": {"type": "array", "items": {"allOf": [reference("Node"), reference("Other")]}},
                    "Other": {"type": "array", "items": reference("Node")},
                }),
            ),
        )
        .rejected("/components/schemas/Node", "a composition of too many schemas"),
        Case::new("B9", "of two operations", document(json!({
            "/shop/v2/a": {"get": {"operationId": "get_a", "summary": "Get", "tags": ["My Things"], "responses": {"204": {}}}},
            "/shop/v2/b": {"get": {"operationId": "get_b", "summary": "Get", "tags": ["my-things"], "responses": {"204": {}}}},
        }), json!({})))
        .has(&["requests::GetA", "requests::GetB"]),
        Case::new("B10", "and of requests", response(
            object(json!({"a": reference("String"), "b": reference("Option"), "c": reference("ListThings"), "d": reference("Result"), "e": {"oneOf": [reference("Unknown"), string()]}, "f": reference("Map"), "g": reference("Value"), "h": {"type": "array", "items": reference("Date_Time")}})),
            json!({
                "String": object(json!({"a": string()})),
                "Option": {"type": "string", "enum": ["a", "b"]},
                "ListThings": object(json!({"a": string()})),
                "Result": object(json!({"a": string()})),
                "Unknown": object(json!({"a": string()})),
                "Map": object(json!({"a": string()})),
                "Value": {"type": "string", "enum": ["a", "b"]},
                "Date_Time": object(json!({"a": string()})),
            }),
        ))
        .has(&["pub a: Option<StringValue>", "pub b: Option<OptionValue>", "pub c: Option<ListThingsValue>", "pub d: Option<ResultValue>", "Unknown2(Unknown)", "pub f: Option<MapValue>", "pub g: Option<ValueValue>", "pub h: Vec<DateTimeValue>"]),
    ]
}

/// Table C.
fn silent() -> Vec<Case> {
    let string = || json!({"type": "string"});
    let pets = || {
        json!({
            "Cat": object(json!({"kind": string(), "lives": {"type": "integer"}})),
            "Dog": object(json!({"kind": string(), "tricks": {"type": "integer"}})),
        })
    };
    vec![
        Case::new("C1", "of one operation", operation(
            json!({"responses": {"200": response_of(object(json!({"good": string()}))), "400": response_of(object(json!({"bad": string()})))}}),
            json!({}),
        ))
        .has(&["pub good: Option<String>", "type Response = ListThingsResponse;"])
        .lacks(&["pub bad"]),
        Case::new("C1", "and inline bodies and parameters", operation(
            json!({
                "parameters": [query("filters", object(json!({"a": string()})))],
                "requestBody": {"required": true, "content": json_content(object(json!({"b": string()})))},
                "responses": {"200": response_of(object(json!({"c": object(json!({"d": string()}))})))},
            }),
            json!({}),
        ))
        .has(&["struct ListThingsFilters", "struct ListThingsBody", "struct ListThingsResponse", "struct ListThingsResponseC"]),
        Case::new("C2", "with a mapping", response(json!({
            "oneOf": [reference("Cat"), reference("Dog")],
            "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "kitten": "Cat", "dog": "#/components/schemas/Dog"}},
        }), pets()))
        .has(&["Cat(Cat)", "Dog(Dog)", "DISCRIMINATOR: Option<&'static str> = Some(\"kind\");", "names: &[\"cat\", \"kitten\"]", "names: &[\"dog\"]", "Unknown(::serde_json::Value)"]),
        Case::new("C2", "without a mapping", response(json!({"oneOf": [reference("Cat"), reference("Dog")], "discriminator": {"propertyName": "kind"}}), pets()))
            .has(&["DISCRIMINATOR: Option<&'static str> = Some(\"kind\");", "names: &[\"Cat\"]", "names: &[\"Dog\"]"]),
        Case::new("C2", "of variants that extend a common schema", response(reference("Pet"), json!({
            "Pet": {"type": "object", "properties": {"kind": string(), "name": string()}, "oneOf": [reference("Cat"), reference("Dog")], "discriminator": {"propertyName": "kind"}},
            "Cat": object(json!({"lives": {"type": "integer"}})),
            "Dog": object(json!({"tricks": {"type": "integer"}})),
        })))
        .has(&["properties: &[\"kind\", \"lives\", \"name\"], required: &[], names: &[\"Cat\"]", "Cat(PetCat)", "pub struct PetCat { #[doc = \" `kind`\"] pub kind: Option<String>"]),
        Case::new("C2", "that only lists its variants elsewhere", response(reference("Pet"), json!({"Pet": {"type": "object", "properties": {"kind": string()}, "discriminator": {"propertyName": "kind"}}})))
            .rejected("/components/schemas/Pet/discriminator", "a discriminator without `oneOf`"),
        Case::new("C2", "in a circle", response(reference("Pet"), json!({
            "Pet": {"properties": {"kind": string()}, "oneOf": [reference("Cat")], "discriminator": {"propertyName": "kind"}},
            "Cat": {"allOf": [reference("Pet"), object(json!({"lives": {"type": "integer"}}))]},
        })))
        .rejected("/components/schemas/Cat", "refers to itself"),
        Case::new("C2", "by a property of one value in each variant", response(json!({"anyOf": [
            object(json!({"kind": {"type": "string", "enum": ["cat"]}, "name": string()})),
            object(json!({"kind": {"type": "string", "enum": ["dog"]}, "name": string()})),
        ]}), json!({})))
        .has(&["DISCRIMINATOR: Option<&'static str> = None;", "constants: &[(\"kind\", &[\"cat\"])]", "constants: &[(\"kind\", &[\"dog\"])]", "Object(ListThingsResponseObject)", "Object2(ListThingsResponseObject2)"]),
        Case::new("C3", "are distinguished by their properties", response(json!({"oneOf": [reference("Cat"), reference("Dog")]}), pets()))
            .has(&[
                "properties: &[\"kind\", \"lives\"], required: &[], names: &[], constants: &[],",
                "properties: &[\"kind\", \"tricks\"], required: &[], names: &[], constants: &[],",
                "decode::union!(ListThingsResponse);",
                "0usize => Ok(source.read_variant()?.map(Self::Cat)), 1usize => Ok(source.read_variant()?.map(Self::Dog)),",
                "_ => Ok(None),",
            ])
            .lacks(&["#[serde(untagged)] pub enum ListThingsResponse { Cat(Cat), Dog(Dog) }"]),
        Case::new("C3", "that only require some of the properties", body(json!({
            "type": "object", "properties": {"a": string(), "b": string()}, "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
        }), json!({})))
        .has(&["pub struct ListThingsBody", "pub fn a(mut self", "pub fn b(mut self"])
        .lacks(&["pub enum ListThingsBody"]),
        Case::new("C3", "of lists and numbers that a value does not distinguish", response(json!({"oneOf": [
            {"type": "array", "items": string()}, {"type": "array", "items": {"type": "integer"}}, {"type": "integer"}, {"type": "number"},
        ]}), json!({})))
        .has(&["List(Vec<ListThingsResponseListItem>)", "Number(f64)", "pub enum ListThingsResponseListItem { #[doc = \" A string.\"] String(String), #[doc = \" A number.\"] Number(i64),"]),
        Case::new("C3", "inside of another", response(json!({"oneOf": [{"anyOf": [reference("Cat"), string()]}, reference("Dog"), string()]}), pets()))
            .has(&["Cat(Cat), #[doc = \" A string.\"] String(String), #[doc = \" An object.\"] Dog(Dog),"]),
        Case::new("C4", "is the enumeration, which is open", in_response(json!({"a": {"anyOf": [{"type": "string", "enum": ["x", "y"]}, string()]}})))
            .has(&["pub a: Option<ThingA>", "decode::open_enum! { #[doc = \" A documented value, or another one as received.\"] ThingA { #[doc = \" `x`\"] X = \"x\", #[doc = \" `y`\"] Y = \"y\" } }"]),
        Case::new("C4", "and something else", body(json!({"anyOf": [string(), reference("Known"), {"type": "boolean"}]}), json!({"Known": {"type": "string", "enum": ["x", "y"]}})))
            .has(&["Known(Known)", "impl From<Known> for ListThingsBody"]),
        Case::new("C5", "is kept, as a string", response(json!({"allOf": [
            object(json!({"at": {"type": "string", "format": "date-time"}})), object(json!({"at": {"type": "string", "format": "date"}})),
        ]}), json!({})))
        .has(&["pub at: Option<String>"]),
        Case::new("C5", "of which one says more", response(json!({"allOf": [
            object(json!({"at": string(), "n": {"type": "number"}})), {"properties": {"at": {"type": "string", "format": "date-time"}, "n": {"type": "integer"}}},
        ]}), json!({})))
        .has(&["pub at: Option<::chrono::DateTime<::chrono::offset::Utc>>", "pub n: Option<i64>"]),
        Case::new("C5", "in a composition that adds to a component", body(json!({"allOf": [reference("Base")], "required": ["b"], "properties": {"b": string()}}), json!({"Base": {"type": "object", "required": ["a"], "properties": {"a": string()}}})))
            .has(&[
                "pub fn builder() -> ListThingsBodyBuilder", "pub type ListThingsBodyBuilder<AState = missing::A, BState = missing::B> = crate::Builder<ListThingsBody, (AState, (BState, ()))>;",
                "pub fn a(self, value: impl Into<String>) -> crate::Builder<ListThingsBody, (crate::Set, (BState, ()))>",
                "pub enum A {}", "pub enum B {}",
            ]),
        Case::new("C5", "in a composition that only describes a component", in_response(json!({"a": {"allOf": [reference("Thing")], "description": "The one before.", "nullable": true}})))
            .has(&["#[doc = \" The one before.\"] pub a: Option<Box<Thing>>"]),
        Case::new("C6", "is rejected", response(reference("Thing"), json!({"Thing": {"allOf": [object(json!({"a": string()})), object(json!({"a": {"type": "boolean"}}))]}})))
            .rejected("/components/schemas/Thing/properties/a", "the types \"string\" and \"boolean\""),
        Case::new("C6", "of two unions is rejected", response(json!({"allOf": [{"oneOf": [string(), {"type": "boolean"}]}, {"oneOf": [string(), {"type": "integer"}]}]}), json!({})))
            .rejected(at!("/responses"), "a composition of two unions"),
        Case::new("C7", "is any value", in_response(json!({"a": {"nullable": true, "pattern": "^a"}, "b": {"nullable": true, "minimum": 1}})))
            .has(&["pub a: Option<::serde_json::Value>", "pub b: Option<::serde_json::Value>"]),
        Case::new("C8", "of a response are empty where there are none", in_response(json!({"a": {"type": "array", "items": string(), "nullable": true}, "b": {"type": "object", "additionalProperties": {"type": "integer"}}})))
            .has(&["pub a: Vec<String>", "pub b: ::std::collections::BTreeMap<String, i64>",
                "source.read_list(&mut self.a, &mut self.lists, 0u32)", "source.read_list(&mut self.b, &mut self.lists, 1u32)",
                "encoder.list(&self.a, self.lists, 0u32); encoder.list(&self.b, self.lists, 1u32);",
            ]),
        Case::new("C8", "of a body can be sent empty", body(object(json!({"a": {"type": "array", "items": string()}})), json!({})))
            .has(&["pub a: Option<Vec<String>>", "encoder.optional(&self.a);"])
            .lacks(&["encoder.list(", "lists:"]),
        Case::new("C9", "are two things in a body", body(json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "nullable": true}, "b": {"type": "string", "nullable": true}, "c": string()}}), json!({})))
            .has(&[
                "pub a: Option<crate::Nullable<String>>", "pub b: Option<crate::Nullable<String>>", "pub c: Option<String>",
                "encoder.required(&self.a); encoder.optional(&self.b); encoder.optional(&self.c);",
                "pub fn new(a: impl Into<crate::Nullable<String>>) -> Self",
                "pub fn b(mut self, value: impl Into<crate::Nullable<String>>)", "pub fn c(mut self, value: impl Into<String>)",
                "ObjectShape { name: \"ListThingsBody\", properties: &[\"a\", \"b\", \"c\"], secrets: decode::NO_SECRETS, keeps_nulls: true,",
            ]),
        Case::new("C10", "are not sent", {
            let mut document = body(object(json!({"a": {"type": "string", "default": "x"}, "b": {"type": "array", "items": string(), "default": []}})), json!({}));
            document["paths"]["/shop/v2/things"]["get"]["parameters"] = json!([query("limit", json!({"type": "integer", "default": 10}))]);
            document
        })
        .has(&["pub a: Option<String>", "encoder.optional(&self.a); encoder.optional(&self.b);", "fn empty() -> Self { Self { a: None, b: None, extra: Default::default() } }", "pub fn limit(self, limit: i64)"])
        .lacks(&["\"x\""]),
        Case::new("C11", "of which one is a flag", parameters(json!([{"name": "a", "in": "query", "allowEmptyValue": true, "schema": {"type": "string", "enum": [""]}}])))
            .has(&["pub fn a(self) -> Self", ".with_flag(\"a\")"]),
        Case::new("C11", "and that are not", parameters(json!([
            {"name": "a", "in": "query", "explode": false, "schema": {"type": "array", "items": string()}},
            {"name": "b", "in": "query", "schema": {"type": "array", "items": {"type": "integer"}}},
            {"name": "c", "in": "query", "style": "form", "explode": false, "schema": {"allOf": [{"type": "array", "items": {"type": "string", "enum": ["x", "y"]}}]}},
        ])))
        .has(&[".with_query_list::<String>(\"a\"", ".with_query_repeated::<i64>(\"b\"", ".with_query_list::<ListThingsCItem>(\"c\"", "pub fn c(self, c: impl IntoIterator<Item = impl ::std::borrow::Borrow<ListThingsCItem>>)"]),
        Case::new("C12", "does not deny what is new", {
            let mut document = in_response(json!({"a": string()}));
            document["components"]["schemas"]["Thing"]["additionalProperties"] = json!(false);
            document
        })
        .has(&["&[\"a\"]"])
        .lacks(&["deny_unknown_fields"]),
        Case::new("C13", "do not change the properties", {
            let mut document = in_response(json!({"a": string()}));
            document["components"]["schemas"]["Thing"]["additionalProperties"] = json!({"type": "integer"});
            document
        })
        .has(&["pub struct Thing { #[doc = \" `a`\"] pub a: Option<String>, #[doc = r\" The properties that no field holds.\"] pub extra: decode::Extra, }", "&[\"a\"]"]),
        Case::new("C14", "stay optional", operation(json!({"requestBody": {"required": false, "content": json_content(object(json!({"a": string()})))}}), json!({})))
            .has(&["pub fn list_things(&self,) -> requests::ListThings", "pub fn body(self, body: &ListThingsBody) -> Self { self.with_json(body) }"]),
        Case::new("C15", "are decoded as JSON", operation(json!({"responses": {"200": {"description": "OK", "content": {"application/vnd.shop.v2+json": {"schema": object(json!({"a": string()}))}}}}}), json!({})))
            .has(&["type Response = ListThingsResponse;"]),
        Case::new("C15", "that are no JSON", operation(json!({"responses": {"200": {"description": "OK", "content": {"text/csv": {"schema": string()}}}}}), json!({})))
            .rejected(at!("/responses/200/content"), "a response of text/csv is not supported"),
        Case::new("C16", "is sent as it is", at("/shop//v2/things", "list_things", json!([]))).has(&["path: \"/shop//v2/things\""]),
        Case::new("C17", "of a body", body(reference("Thing"), json!({
            "Thing": {"type": "object", "required": ["id", "name", "secret"], "properties": {"id": {"type": "integer", "readOnly": true}, "name": string(), "secret": {"type": "string", "writeOnly": true}, "state": {"allOf": [reference("State")], "readOnly": true}}},
            "State": {"type": "string", "enum": ["on", "off"]},
        })))
        .has(&["pub fn name(self, value: impl Into<String>) -> crate::Builder<Thing, (crate::Set, (SecretState, ()))>"])
        .lacks(&["pub id", "pub state", "enum State"]),
        Case::new("C17", "of a response", in_response(json!({"id": {"type": "integer", "readOnly": true}, "secret": {"type": "string", "writeOnly": true}})))
            .has(&["pub id: Option<i64>"])
            .lacks(&["pub secret"]),
        Case::new("C17", "of both", {
            let mut document = in_body(json!({"id": {"type": "integer", "readOnly": true}, "name": string(), "inner": {"readOnly": true, "type": "object", "properties": {"a": string()}}}));
            document["paths"]["/shop/v2/things"]["get"]["responses"] = json!({"200": response_of(reference("Thing"))});
            document
        })
        .has(&["pub id: Option<i64>", "pub fn new() -> Self"])
        .lacks(&["impl ThingInner { #[doc = \" Creates the object without any property.\"]"]),
    ]
}

/// Table D: the type of a value; how leniently it is decoded is up to the runtime.
fn strict() -> Vec<Case> {
    let string = || json!({"type": "string"});
    vec![
        Case::new("D1", "are decoded by the runtime", in_response(json!({"a": {"type": "string", "format": "date-time"}, "b": {"type": "string", "format": "date"}, "c": {"type": "string", "format": "time"}})))
            .has(&["pub a: Option<::chrono::DateTime<::chrono::offset::Utc>>", "pub b: Option<::chrono::naive::NaiveDate>", "pub c: Option<String>", "source.read_format(&mut self.a, decode::TimeFormat::Rfc3339)", "decode::object!(Thing, Object);"]),
        Case::new("D2", "are strings", in_response(json!({"a": {"type": "string", "format": "ipv4"}, "b": {"type": "string", "format": "ipv6"}, "c": {"type": "string", "format": "ip"}})))
            .has(&["pub a: Option<String>", "pub b: Option<String>", "pub c: Option<String>"]),
        Case::new("D3", "are strings", in_response(json!({"a": {"type": "string", "format": "uuid"}}))).has(&["pub a: Option<String>"]),
        Case::new("D4", "do not narrow a number", in_response(json!({"a": {"type": "integer", "minimum": 1}, "b": {"type": "integer", "minimum": 0, "maximum": 255}, "c": {"type": "integer", "minimum": 0, "exclusiveMinimum": true}})))
            .has(&["pub a: Option<i64>", "pub b: Option<i64>", "pub c: Option<i64>"]),
        Case::new("D5", "is wide enough", in_response(json!({"a": {"type": "integer", "format": "int32"}, "b": {"type": "number", "format": "float"}})))
            .has(&["pub a: Option<i64>", "pub b: Option<f64>"]),
        Case::new("D7", "are kept", in_response(json!({"a": {"type": "string", "enum": ["x"]}}))).has(&["decode::open_enum! { #[doc = \" A documented value, or another one as received.\"] ThingA { #[doc = \" `x`\"] X = \"x\" } }"]),
        Case::new("D8", "are absent", response(reference("Thing"), json!({"Thing": {"type": "object", "required": ["a", "b"], "properties": {"a": string(), "b": {"type": "array", "items": string()}}}})))
            .has(&["pub a: Option<String>", "pub b: Vec<String>"]),
        Case::new("D9", "do not make a type", in_response(json!({"a": {"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[a-z]+$"}})))
            .has(&["pub a: Option<String>"]),
        Case::new("D10", "are lists", in_response(json!({"a": {"type": "array", "minItems": 2, "maxItems": 2, "uniqueItems": true, "items": string()}})))
            .has(&["pub a: Vec<String>"]),
        Case::new("D11", "is not required", body(json!({"type": "object", "required": ["a", "gone"], "properties": {"a": string()}}), json!({})))
            .has(&["pub fn new(a: impl Into<String>) -> Self"]),
    ]
}

/// Table E.
fn words() -> Vec<Case> {
    let described = |text: &str| in_response(json!({"a": {"type": "string", "description": text}}));
    vec![
        Case::new(
            "E1",
            "that is indented",
            described("First.\n\n    let x = 1;"),
        )
        .has(&["#[doc = \" First.\\n \\n let x = 1;\"]"]),
        Case::new(
            "E1",
            "that is fenced",
            described("First:\n```\nlet <x> = 1;\n```\nLast [one]."),
        )
        .has(&["```text\\n let <x> = 1;\\n ```\\n Last \\\\[one].\"]"]),
        Case::new("E1", "whose fence stays open", described("First:\n```\nx"))
            .has(&["```text\\n x\\n ```\"]"]),
        Case::new(
            "E2",
            "are escaped",
            described("A <b>, [x] and `[y]<z>`; see https://example.com/a?b=[c]."),
        )
        .has(&[
            "#[doc = \" A \\\\<b>, \\\\[x] and `[y]<z>`; see <https://example.com/a?b=[c]>.\"]",
        ]),
        Case::new(
            "E2",
            "of a summary are escaped",
            operation(json!({"summary": "List <things> | [all]"}), json!({})),
        )
        .has(&[
            "#[doc = \" List \\\\<things> | \\\\[all].\\n",
            "#[doc = \" List \\\\<things> | \\\\[all]: `GET /shop/v2/things`.\"]",
        ]),
    ]
}

/// Table F: what the documents of `specs/` say beyond OpenAPI, and what the types of responses need.
fn extensions() -> Vec<Case> {
    let string = || json!({"type": "string"});
    let integer = || json!({"type": "integer"});
    let epoch = |unit: &str| json!({"type": "integer", "format": format!("epoch-{unit}")});
    let circles = |may_be_absent: Value| {
        json!({
            "Circle": {
                "type": "object", "required": ["id", "radius", "gone"], "x-may-be-absent": may_be_absent,
                "properties": {"id": {"type": "integer"}, "radius": {"type": "number"}},
            },
            "Square": {"type": "object", "required": ["side"], "properties": {"id": {"type": "integer"}, "side": {"type": "number"}}},
        })
    };
    let shapes = || json!({"oneOf": [reference("Circle"), reference("Square")]});
    let route = |method: &str, id: &str, path: &str, keys: Value| {
        let mut operation = json!({"operationId": id, "summary": "Do it", "tags": ["Things"], "responses": {"204": {"description": "No Content"}}});
        operation
            .as_object_mut()
            .unwrap()
            .extend(keys.as_object().unwrap().clone());
        (path.to_owned(), method.to_owned(), operation)
    };
    let routes = |routes: Vec<(String, String, Value)>, schemas: Value| {
        let mut paths = json!({});
        for (path, method, operation) in routes {
            paths[path][method] = operation;
        }
        document(paths, schemas)
    };
    vec![
        Case::new("F1", "are integers on the wire", in_response(json!({"a": epoch("seconds"), "b": epoch("milliseconds"), "c": epoch("nanoseconds"), "d": {"type": "integer", "format": "epoch-days"}})))
            .has(&[
                "pub a: Option<::chrono::DateTime<::chrono::offset::Utc>>",
                "0usize => source.read_format(&mut self.a, decode::TimeFormat::Seconds),", "encoder.format(&self.a, decode::TimeFormat::Seconds);",
                "1usize => source.read_format(&mut self.b, decode::TimeFormat::Milliseconds),", "encoder.format(&self.b, decode::TimeFormat::Milliseconds);",
                "2usize => source.read_format(&mut self.c, decode::TimeFormat::Nanoseconds),", "encoder.format(&self.c, decode::TimeFormat::Nanoseconds);",
                "pub d: Option<i64>",
            ]),
        Case::new("F1", "have the pattern that is given, also through a reference", response(reference("Thing"), json!({
            "Thing": object(json!({"a": {"type": "string", "format": "date-time", "x-time-format": "%Y-%m-%d %H:%M:%S"}, "b": reference("Moment")})),
            "Moment": {"type": "integer", "format": "epoch-milliseconds"},
        })))
        .has(&[
            "source.read_format(&mut self.a, decode::TimeFormat::Pattern(\"%Y-%m-%d %H:%M:%S\"))", "encoder.format(&self.a, decode::TimeFormat::Pattern(\"%Y-%m-%d %H:%M:%S\"));",
            "pub b: Option<::chrono::DateTime<::chrono::offset::Utc>>", "encoder.format(&self.b, decode::TimeFormat::Milliseconds);",
        ]),
        Case::new("F1", "that can be set in a body", body(object(json!({"a": epoch("seconds")})), json!({})))
            .has(&["encoder.format(&self.a, decode::TimeFormat::Seconds);", "pub fn a(mut self, value: ::chrono::DateTime<::chrono::offset::Utc>)"]),
        Case::new("F1", "in a list of a response", in_response(json!({"a": {"type": "array", "items": epoch("milliseconds")}})))
            .has(&["pub a: Vec<::chrono::DateTime<::chrono::offset::Utc>>", "source.read_list(&mut self.a, "]),
        Case::new("F1", "that a body requires", in_body(json!({"a": epoch("seconds")})))
            .rejected("/components/schemas/Thing/properties/a", "a time of this format is not supported here"),
        Case::new("F1", "that a body sets to null", body(reference("Thing"), json!({"Thing": object(json!({"a": {"type": "integer", "format": "epoch-seconds", "nullable": true}}))})))
            .rejected("/components/schemas/Thing/properties/a", "a time of this format is not supported here"),
        Case::new("F1", "in a list of a body", body(reference("Thing"), json!({"Thing": object(json!({"a": {"type": "array", "items": epoch("seconds")}}))})))
            .rejected("/components/schemas/Thing/properties/a/items", "a time of this format is not supported here"),
        Case::new("F1", "in a query", parameters(json!([query("a", epoch("seconds"))])))
            .rejected(at!("/parameters/0/schema"), "a time of this format is not supported here"),
        Case::new("F11", "of a response, also through a reference", response(reference("Thing"), json!({
            "Thing": object(json!({"a": reference("Id"), "b": {"type": "number", "x-quoted": true}})),
            "Id": {"type": "integer", "x-quoted": true},
        })))
        .has(&[
            "pub a: Option<i64>", "source.read_format(&mut self.a, decode::QuotedInteger)", "encoder.format(&self.a, decode::QuotedInteger);",
            "source.read(&mut self.b)",
        ]),
        Case::new("F11", "that a body requires", in_body(json!({"a": {"type": "integer", "x-quoted": true}})))
            .has(&["encoder.required(&self.a);"]),
        Case::new("F2", "of values by position", response(reference("Pair"), json!({"Pair": {"type": "array", "x-tuple": [
            {"name": "score", "schema": {"type": "number"}}, {"name": "domain", "schema": string()}, {"name": "at", "schema": epoch("seconds")},
        ]}})))
        .has(&[
            "pub struct Pair {", "pub score: Option<f64>", "pub domain: Option<String>",
            "decode::ObjectShape { name: \"Pair\", properties: &[\"at\", \"domain\", \"score\"]",
            "const POSITIONS: &'static [usize] = &[2usize, 1usize, 0usize];",
            "encoder.format(&self.at, decode::TimeFormat::Seconds); encoder.optional(&self.domain); encoder.optional(&self.score);",
            "type Response = Pair;",
        ]),
        Case::new("F2", "in a list", in_response(json!({"rows": {"type": "array", "items": {"type": "array", "x-tuple": [{"name": "a", "schema": string()}]}}})))
            .has(&["pub rows: Vec<ThingRow>", "pub struct ThingRow {", "const POSITIONS: &'static [usize] = &[0usize];"]),
        Case::new("F2", "with or without an envelope", response(reference("Created"), json!({"Created": {"type": "object", "x-envelope": "data", "properties": {"data": {"type": "object", "properties": {"a": string()}}, "status": string()}}})))
            .has(&["&[\"data\", \"status\"]", "const CONTENT: usize = 0usize;"]),
        Case::new("F2", "an envelope without its value", in_response(json!({"a": {"type": "object", "x-envelope": "data", "properties": {"b": string()}}})))
            .rejected("/components/schemas/Thing/properties/a/x-envelope", "no property `data`"),
        Case::new("F2", "without a name", in_response(json!({"a": {"type": "array", "x-tuple": [{"schema": {"type": "string"}}]}})))
            .rejected("/components/schemas/Thing/properties/a/x-tuple/0", "expected the `name`"),
        Case::new("F2", "of one name", in_response(json!({"a": {"type": "array", "x-tuple": [{"name": "b", "schema": {}}, {"name": "b", "schema": {}}]}})))
            .rejected("/components/schemas/Thing/properties/a/x-tuple/1", "two elements are named `b`"),
        Case::new("F2", "without a schema", in_response(json!({"a": {"type": "array", "x-tuple": [{"name": "b"}]}})))
            .rejected("/components/schemas/Thing/properties/a/x-tuple/0", "expected the `schema`"),
        Case::new("F2", "with constructors", body(reference("Condition"), json!({"Condition": {"type": "object", "properties": {"a": string(), "b": {"type": "array", "items": {"type": "integer"}}}, "x-constructors": [
            {"name": "any", "description": "Any.", "set": {"a": "any"}}, {"name": "ids", "description": "By ids.", "set": {"a": "ids"}, "at": "/b", "takes": "integers"},
        ]}})))
        .has(&[
            "#[doc = \" Any.\"] #[must_use] #[inline] pub fn any() -> Self { decode::construct(\"{\\\"a\\\":\\\"any\\\"}\", None) }",
            "pub fn ids(value: impl IntoIterator<Item = impl ::std::borrow::Borrow<i64>>) -> Self",
        ]),
        Case::new("F2", "a constructor that leaves required properties to the builder", body(reference("Hook"), json!({"Hook": {"type": "object", "required": ["name", "kind"], "properties": {"name": string(), "kind": string(), "a": {"type": "object"}, "url": string()}, "x-constructors": [
            {"name": "call", "description": "Calls.", "set": {"kind": "call", "a": {}}, "at": "/a/url", "also": "/url", "takes": "string"},
            {"name": "of", "description": "All.", "set": {"kind": "call"}, "at": "/name", "takes": "string"},
        ]}})))
        .has(&[
            "pub fn call(value: impl Into<String>) -> crate::Builder<Hook, (crate::Set, (missing::Name, ()))>",
            "Some((&[\"/a/url\", \"/url\"], value.into().into()))",
            "#[must_use] #[inline] pub fn of(value: impl Into<String>) -> Self",
        ]),
        Case::new("F2", "a constructor whose argument has no place", body(reference("Condition"), json!({"Condition": {"type": "object", "properties": {"a": string()}, "x-constructors": [
            {"name": "any", "description": "Any.", "set": {}, "at": "/a/b", "takes": "string"},
        ]}})))
        .rejected("/components/schemas/Condition/x-constructors/0/at", "is not in an object that `set` has"),
        Case::new("F3", "without names", in_response(json!({"a": {"type": "integer", "enum": [0, 1, -1, 1, null]}})))
            .has(&[
                "pub a: Option<ThingA>",
                "decode::integer_enum! { #[doc = \" A documented value, or another one as received.\"] ThingA { #[doc = \" `0`\"] N0 = 0i64, #[doc = \" `1`\"] N1 = 1i64, #[doc = \" `-1`\"] Minus1 = -1i64 } }",
            ]),
        Case::new("F3", "with names", in_response(json!({"a": {"type": "integer", "enum": [-1, 0, 1, 2], "x-enum-names": ["blocked", "not scanned", "not-scanned", "unknown"]}})))
            .has(&["#[doc = \" `-1`\"] Blocked = -1i64, #[doc = \" `0`\"] NotScanned = 0i64, #[doc = \" `1`\"] NotScanned_ = 1i64, #[doc = \" `2`\"] Unknown_ = 2i64"]),
        Case::new("F3", "in paths, queries and bodies", {
            let level = json!({"type": "integer", "enum": [10, 20]});
            let mut document = at("/shop/v2/{level}", "set_level", json!([
                {"name": "level", "in": "path", "required": true, "schema": level}, query("levels", json!({"type": "array", "items": level})),
            ]));
            document["paths"]["/shop/v2/{level}"]["get"]["requestBody"] =
                json!({"required": true, "content": json_content(json!({"type": "object", "required": ["level"], "properties": {"level": level}}))});
            document
        })
        .has(&[
            "pub fn set_level(&self, level: SetLevelLevel, body: &SetLevelBody)", "levels: impl IntoIterator<Item = impl ::std::borrow::Borrow<SetLevelLevel2>>",
            "pub fn new(level: SetLevelBodyLevel)", "let body = SetLevelBody::new(SetLevelBodyLevel::N10);",
        ]),
        Case::new("F3", "beside a text", response(json!({"oneOf": [{"type": "integer", "enum": [1, 2]}, string()]}), json!({})))
            .has(&["Number(ListThingsResponseNumber)", "kind: decode::Kind::Number", "impl From<ListThingsResponseNumber> for ListThingsResponse"]),
        Case::new("F4", "must be there to be a variant", response(shapes(), circles(json!([]))))
            .has(&["properties: &[\"id\", \"radius\"], required: &[\"id\", \"radius\"],", "properties: &[\"id\", \"side\"], required: &[\"side\"],"]),
        Case::new("F4", "but for those that may be absent", response(shapes(), circles(json!(["id"]))))
            .has(&["properties: &[\"id\", \"radius\"], required: &[\"radius\"],"]),
        Case::new("F4", "which are required of what is sent", body(reference("Circle"), circles(json!(["id"]))))
            .has(&["pub fn id(self, value: i64) -> crate::Builder<Circle, (crate::Set, (RadiusState, ()))>", "pub fn radius(self, value: f64) -> crate::Builder<Circle, (IdState, (crate::Set, ()))>"]),
        Case::new("F5", "differ from the fields that every object has", in_response(json!({"extra": string(), "extra_": integer(), "lists": {"type": "array", "items": string()}})))
            .has(&[
                "&[\"extra\", \"extra_\", \"lists\"]", "pub extra_: Option<String>", "pub extra__: Option<i64>", "pub lists_: Vec<String>",
                "2usize => source.read_list(&mut self.lists_, &mut self.lists, 0u32),", "fn kept(&self) -> &decode::Extra { &self.extra }",
            ]),
        Case::new("F5", "and from its methods", body(object(json!({"extra": string(), "lists": {"type": "array", "items": string()}, "extraMut": string()})), json!({})))
            .has(&["pub fn extra_(mut self, value: impl Into<String>)", "pub fn lists_(mut self,", "pub fn extra_mut(mut self,"]),
        Case::new("F6", "of what is only read are not kept", routes(
            vec![route("get", "get_thing", "/shop/v2/thing", json!({"responses": {"200": response_of(reference("Thing"))}}))],
            json!({"Thing": object(json!({"a": string()}))}),
        ))
        .has(&["ObjectShape { name: \"Thing\", properties: &[\"a\"], secrets: decode::NO_SECRETS, keeps_nulls: false,"]),
        Case::new("F6", "of what is put under the same path are kept", routes(
            vec![
                route("get", "get_thing", "/shop/v2/thing", json!({"responses": {"200": response_of(reference("Thing"))}})),
                route("put", "update_thing", "/shop/v2/thing", json!({"requestBody": {"required": true, "content": json_content(reference("ThingUpdate"))}})),
            ],
            json!({"Thing": object(json!({"a": string(), "inner": object(json!({"b": string()}))})), "ThingUpdate": object(json!({"a": string()}))}),
        ))
        .has(&["ObjectShape { name: \"Thing\", properties: &[\"a\", \"inner\"], secrets: decode::NO_SECRETS, keeps_nulls: true,", "ObjectShape { name: \"ThingInner\", properties: &[\"b\"], secrets: decode::NO_SECRETS, keeps_nulls: true,"]),
        Case::new("F6", "of what is patched under another path are not kept", routes(
            vec![
                route("get", "list_things", "/shop/v2/things", json!({"responses": {"200": response_of(reference("Thing"))}})),
                route("patch", "update_thing", "/shop/v2/thing", json!({"requestBody": {"required": true, "content": json_content(reference("ThingUpdate"))}})),
            ],
            json!({"Thing": object(json!({"a": string()})), "ThingUpdate": object(json!({"a": string()}))}),
        ))
        .has(&["ObjectShape { name: \"Thing\", properties: &[\"a\"], secrets: decode::NO_SECRETS, keeps_nulls: false,"]),
        Case::new("F7", "are distinct in Rust, and stay on the wire", {
            let kinds = json!({"type": "string", "enum": ["clientbased", "other"]});
            let mut document = operation(
                json!({
                    "parameters": [query("identityids", string()), {"name": "timerange", "in": "header", "schema": string()}],
                    "responses": {"200": response_of(reference("Thing"))},
                }),
                json!({"Thing": object(json!({"identitytypes": {"type": "array", "items": kinds}, "threats": reference("Threats")})), "Threats": object(json!({"a": string()}))}),
            );
            document["x-rust-names"] = json!({
                "identityids": "identity_ids", "timerange": "time_range", "identitytypes": "identity_types", "clientbased": "client_based", "threats": "all_threats",
            });
            document
        })
        .has(&[
            "pub fn identity_ids(self", ".with_query::<String>(\"identityids\"", "pub fn time_range(self", ".with_header::<String>(\"timerange\"",
            "pub identity_types: Vec<ThingIdentityType>", "pub all_threats: Option<Threats>",
            "&[\"identitytypes\", \"threats\"]", "ClientBased = \"clientbased\"",
        ]),
        Case::new("F8", "lose its words", response(reference("Activity"), json!({
            "Activity": {"oneOf": [reference("DnsActivity"), reference("ActivityOfProxy"), reference("Session")]},
            "DnsActivity": object(json!({"a": string()})), "ActivityOfProxy": object(json!({"b": string()})), "Session": object(json!({"c": string()})),
        })))
        .has(&["Dns(DnsActivity)", "OfProxy(ActivityOfProxy)", "Session(Session)"]),
        Case::new("F8", "have the value of the discriminator", response(reference("Access"), json!({
            "Access": {"oneOf": [reference("ClientBasedAccess"), reference("Direct")], "discriminator": {"propertyName": "type", "mapping": {
                "client": "#/components/schemas/ClientBasedAccess", "network": "#/components/schemas/Direct", "branch": "#/components/schemas/Direct",
            }}},
            "ClientBasedAccess": object(json!({"type": string()})), "Direct": object(json!({"type": string()})),
        })))
        .has(&["Client(ClientBasedAccess)", "Direct(Direct)"]),
        Case::new("F8", "keep them where two would have one name", response(reference("Event"), json!({
            "Event": {"oneOf": [reference("DnsEvent"), reference("EventDns"), reference("UnknownEvent")]},
            "DnsEvent": object(json!({"a": string()})), "EventDns": object(json!({"b": string()})), "UnknownEvent": object(json!({"c": string()})),
        })))
        .has(&["DnsEvent(DnsEvent)", "EventDns(EventDns)", "UnknownEvent(UnknownEvent)"]),
        Case::new("F10", "keep the names of their methods, types and constants", operation(
            json!({
                "x-former-name": "find_things",
                "parameters": [{"name": "kind", "in": "query", "required": true, "schema": string()}],
                "responses": {"200": response_of(reference("FindThings"))},
            }),
            json!({"FindThings": object(json!({"a": string()}))}),
        ))
        .has(&[
            "#[deprecated(note = \"renamed to `list_things`\")]", "#[allow(deprecated)] #[inline] pub fn find_things(&self,) -> requests::ListThings {",
            "#[deprecated(note = \"renamed to `ListThings`\")]", "pub type FindThings<KindState = missing::Kind> = ListThings<KindState>;",
            "pub enum ListThings {}", "pub type FindThings = ListThings;",
            "#[deprecated(note = \"renamed to `LIST_THINGS`\")] pub static FIND_THINGS: Operation = Operation {",
            "type Response = FindThingsValue;",
        ]),
        Case::new("F9", "are set by the constructor", body(reference("Patch"), json!({"Patch": {
            "type": "object", "required": ["op", "path"],
            "properties": {"op": {"type": "string", "enum": ["replace"]}, "path": string(), "mode": {"type": "string", "enum": ["fast"]}},
        }})))
        .has(&[
            " op: Option<String>", "pub mode: Option<PatchMode>", "pub fn new(path: impl Into<String>) -> Self { Self { path: Some(path.into()), op: Some(\"replace\".to_owned()),",
            "encoder.required(&self.op);",
        ])
        .lacks(&["pub op:", "pub fn op(", "PatchOp", "impl Default for Patch"]),
        Case::new("F9", "are all that is required", body(reference("Patch"), json!({"Patch": {
            "type": "object", "required": ["op"], "properties": {"op": {"type": "string", "enum": ["replace"]}, "path": string()},
        }})))
        .has(&["pub fn new() -> Self { Self { op: Some(\"replace\".to_owned()),", "impl Default for Patch"])
        .lacks(&["Default, )]"]),
        Case::new("F9", "distinguish the variants of a union", response(reference("Pet"), json!({
            "Pet": {"oneOf": [reference("Cat"), reference("Dog")], "discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "dog": "#/components/schemas/Dog"}}},
            "Cat": object(json!({"kind": {"type": "string", "enum": ["cat"]}, "mood": {"type": "string", "enum": ["calm"]}})),
            "Dog": object(json!({"kind": {"type": "string", "enum": ["dog", "wolf"]}})),
        })))
        .has(&[" kind: Option<String>", "pub mood: Option<CatMood>", "pub kind: Option<DogKind>"])
        .lacks(&["CatKind"]),
    ]
}
