//! From a document to the code: what stands behind references, or beside them, has the same effect as in its place.

use cisco_secure_access_codegen::{Options, generate};
use serde_json::json;

use crate::documents::{Bench, document, of_paths};

/// The code of the scope `policies`, without spaces, which depend on the layout.
fn code(bench: &Bench) -> String {
    let options = Options {
        enabled: &|_| true,
        schemars: false,
    };
    let code = generate("policies", &bench.policies(), &options).unwrap();
    code.code.to_string().replace(char::is_whitespace, "")
}

#[test]
fn the_oauth_scopes_of_all_requirements_are_read() {
    let text = document(
        "parameters: [{name: thingId, in: path, required: true, schema: {type: string}}]
responses: {'200': {description: ok}}",
        "",
    );
    let security = "[{flow: []}, {flow: [policies.things:read]}, {flow: [policies.things:read, policies.all:read]}]";
    let bench = Bench::with(&text.replace("[{flow: []}]", security));
    let code = code(&bench);
    let expected = r#"Security::Bearer(&["policies.things:read","policies.all:read"])"#;
    assert!(code.contains(expected), "{code}");
    let scopes = &bench.spec("policies")["components"]["securitySchemes"]["oauth2"]["flows"];
    let scopes = scopes["clientCredentials"]["scopes"].as_object().unwrap();
    assert!(scopes.contains_key("policies.all:read"));
}

const THINGS: &str = "/things:
  get:
    operationId: listThings
    responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}";

#[test]
fn a_secret_is_one_beside_and_behind_a_reference() {
    let schemas = "Thing: {type: object, properties: {password: {$ref: '#/components/schemas/Word'}, token: {$ref: '#/components/schemas/Key'}, label: {$ref: '#/components/schemas/Word'}}}
Word: {type: string}
Key: {type: string}";
    let text = of_paths("Cisco Secure Access Things API", THINGS, schemas);
    let overlay = "
- {target: '$.components.schemas[\"policies.Thing\"].properties.password', update: {x-secret: true}}
- {target: '$.components.schemas[\"policies.Key\"]', update: {x-secret: true}}
";
    let bench = Bench::with(&text).overlay("44.yaml", overlay);
    let code = code(&bench);
    assert_eq!(
        bench.spec("policies")["components"]["schemas"]["Thing"]["properties"]["password"],
        json!({"$ref": "#/components/schemas/Word", "x-secret": true})
    );
    for expected in [
        "pubpassword:Option<crate::SecretString>",
        "pubtoken:Option<crate::SecretString>",
        "publabel:Option<String>",
    ] {
        assert!(code.contains(expected), "expected {expected} in {code}");
    }
}

#[test]
fn the_parts_of_a_form_are_read_behind_references() {
    let paths = "/things:
  post:
    operationId: uploadThings
    requestBody: {$ref: '#/components/requestBodies/Upload'}
    responses: {'200': {description: ok}}
/others:
  post:
    operationId: createOthers
    requestBody:
      required: true
      content:
        application/json: {schema: {$ref: '#/components/schemas/Thing'}}
        multipart/form-data: {schema: {$ref: '#/components/schemas/Form'}}
    responses: {'200': {description: ok}}";
    let schemas = "Thing: {type: object, properties: {name: {type: string}}}
Form: {type: object, required: [file], properties: {file: {$ref: '#/components/schemas/File'}}}
File: {type: string, format: binary}";
    let text = of_paths("Cisco Secure Access Things API", paths, schemas);
    let body = "  requestBodies:
    Upload: {required: true, content: {multipart/form-data: {schema: {$ref: '#/components/schemas/Form'}}}}
  schemas:";
    let code = code(&Bench::with(&text.replace("  schemas:", body)));
    let parts = code.matches("\"file\"").count();
    assert!(parts >= 2, "{parts} in {code}");
    assert!(code.contains("Upload"), "{code}");
}
