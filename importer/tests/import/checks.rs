//! `cargo xtask check` on specifications that something is wrong with: each problem with file, place and way out, all in one run.

use cisco_secure_access_importer::lint::lint;

use crate::documents::{Bench, of_paths};

fn problems(bench: &Bench) -> String {
    let problems = lint(&bench.specs()).unwrap();
    problems
        .iter()
        .map(|problem| format!("{problem}\n"))
        .collect()
}

const WORDS: &str = "
- {target: '$.paths.*.*', update: {description: Ours, x-clouds: [global]}}
- {target: '$.components.schemas.*', update: {description: Ours}}
";

fn things() -> String {
    of_paths(
        "Cisco Secure Access Things API",
        "/things:
  get:
    operationId: listThings
    responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}}",
        "Thing: {type: string}",
    )
}

#[test]
fn sound_specifications_have_no_problems() {
    let bench = Bench::with(&things()).overlay("60.yaml", WORDS);
    bench.run().unwrap();
    assert_eq!(problems(&bench), "");
}

#[test]
fn all_problems_are_found_in_one_run() {
    let paths = "/things:
  get:
    operationId: listThings
    parameters: [{name: page, in: query, required: true, schema: {type: integer}}]
    responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}}";
    let text = of_paths(
        "Cisco Secure Access Things API",
        paths,
        "Thing: {type: string}",
    );
    let overlay = "
- {target: '$.paths.*.get', update: {operationId: delete_things, x-clouds: [china, global], x-misspelt: 1}}
- {target: '$.components.schemas.*', update: {x-name: my_thing}}
";
    let bench = Bench::with(&text).overlay("20.yaml", overlay);
    bench.run().unwrap();
    // Of this the code cannot be generated, so an import would be rejected.
    let later = "- {target: $.paths.nowhere, remove: true}
- {target: '$.paths.*.get', update: {x-rate-limit: {class: a}}}
";
    let bench = bench.overlay("90.yaml", later);
    let spec = bench.specs().join("policies.json");
    let text = std::fs::read_to_string(&spec).unwrap();
    std::fs::write(&spec, text.replace("\"delete_things\"", "\"list_things\"")).unwrap();
    std::fs::write(bench.specs().join("old.json"), "{}").unwrap();
    let found = problems(&bench);
    let operation = "specs/policies.json: #/paths/~1policies~1v2~1things/get";
    for expected in [
        &format!(
            "{operation}/operationId\n    is \"list_things\", but base and overlays make \"delete_things\""
        ),
        "specs/old.json\n    belongs to no document",
        "specs/overlays/90.yaml:4\n    target $.paths.nowhere: matches nothing: there is no $.paths.nowhere; correct it",
        "specs/overlays/20.yaml:5\n    #/paths/~1policies~1v2~1things/get: found `x-misspelt: 1`, expected no such key in the operation; correct the overlay that adds it",
        &format!("{operation}\n    the operation has no description"),
        &format!("{operation}/parameters/0\n    the parameter \"page\" has no description"),
        &format!("{operation}/parameters/0\n    the parameter \"page\" has no example"),
        "specs/policies.json: #/components/schemas/my_thing\n    the schema has no description",
        &format!(
            "{operation}\n    the name \"delete_things\" begins with a verb of another method"
        ),
        "#/components/schemas/my_thing\n    the name \"my_thing\" is not in PascalCase",
        &format!("{operation}\n    `x-clouds` is [\"china\",\"global\"]"),
        &format!("{operation}\n    `x-rate-limit` is {{\"class\":\"a\"}}"),
        "policies::delete_things looks like a list, but its response has no list",
    ] {
        assert!(found.contains(expected), "expected {expected}\nin\n{found}");
    }
    assert_eq!(found.lines().count(), 2 * 13, "{found}");
}

#[test]
fn without_documents_an_import_applies_the_overlays_anew() {
    let mut bench = Bench::with(&things()).overlay("60.yaml", WORDS);
    bench.run().unwrap();
    bench.forget();
    let bench = bench.overlay(
        "70.yaml",
        "- {target: '$.paths.*.*', update: {description: Better}}",
    );
    assert!(problems(&bench).contains("is \"Ours\", but base and overlays make \"Better\""));
    bench.run().unwrap();
    assert_eq!(problems(&bench), "");
}

/// One of each kind of what the documentation shows.
const EACH_KIND: &str = "
Thing:
  type: object
  properties:
    id: {type: integer}
    createdAt: {type: string}
    label: {$ref: '#/components/schemas/Label'}
    parts: {type: array, items: {type: object, properties: {size: {type: integer}}}}
    place: {oneOf: [{type: boolean}, {type: array, items: {type: string}}, {$ref: '#/components/schemas/Label'}]}
Label: {type: string, enum: [a, b]}
Either:
  type: object
  properties: {one: {type: string}, other: {type: string}}
  oneOf: [{required: [one]}, {required: [other]}]
";

#[test]
fn what_the_documentation_shows_has_more_words_than_its_name() {
    let paths = "/things:
  get:
    operationId: listThings
    responses: {'200': {description: ok, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}}}
  post:
    operationId: createThing
    requestBody: {content: {application/json: {schema: {type: object, properties: {name: {type: string}}}}}}
    responses: {'200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Either'}}}}}";
    let text = of_paths("Cisco Secure Access Things API", paths, EACH_KIND.trim());
    let example = "
- {target: '$.paths.*.post.requestBody.content.*', update: {example: {name: Ours}}}
";
    let bench = Bench::with(&text)
        .overlay("60.yaml", WORDS)
        .overlay("70.yaml", example);
    bench.run().unwrap();
    let schemas = "specs/policies.json: #/components/schemas";
    let post = "specs/policies.json: #/paths/~1policies~1v2~1things/post/requestBody";
    let without = [
        format!("{schemas}/Either/properties/one\n    the property \"one\""),
        format!("{schemas}/Either/properties/other\n    the property \"other\""),
        format!("{schemas}/Thing/properties/createdAt\n    the property \"createdAt\""),
        format!("{schemas}/Thing/properties/id\n    the property \"id\""),
        format!("{schemas}/Thing/properties/parts\n    the property \"parts\""),
        format!("{schemas}/Thing/properties/parts/items\n    the schema"),
        format!(
            "{schemas}/Thing/properties/parts/items/properties/size\n    the property \"size\""
        ),
        format!("{schemas}/Thing/properties/place\n    the property \"place\""),
        format!("{schemas}/Thing/properties/place/oneOf/0\n    the variant"),
        format!("{schemas}/Thing/properties/place/oneOf/1\n    the variant"),
        format!("{post}\n    the body"),
        format!("{post}/content/application~1json/schema\n    the schema"),
        format!(
            "{post}/content/application~1json/schema/properties/name\n    the property \"name\""
        ),
    ];
    let found = problems(&bench);
    for expected in &without {
        let expected = format!("{expected} has no description; say in our own words");
        assert!(
            found.contains(&expected),
            "expected {expected}\nin\n{found}"
        );
    }
    assert!(found.contains("`specs/overlays/6*-words-policies*.yaml`"));
    assert_eq!(found.lines().count(), 2 * without.len(), "{found}");

    let repeated = "
- {target: '$.components.schemas.*.properties[?!@.description]', update: {description: Ours}}
- {target: '$.components.schemas[?@.properties.id].properties', update: {id: {description: The `ID`.}, createdAt: {description: Created at.}}}
- {target: '$.components.schemas.*.properties.parts.items', update: {description: An object., properties: {size: {description: Ours}}}}
- {target: '$.components.schemas.*.properties.place.oneOf[0,1]', update: {description: A boolean.}}
- {target: '$.paths.*.post.requestBody', update: {description: The body.}}
- {target: '$.paths.*.post.requestBody.content.*.schema', update: {description: Ours, properties: {name: {description: Name.}}}}
";
    let bench = bench.overlay("61.yaml", repeated);
    bench.run().unwrap();
    let found = problems(&bench);
    for expected in [
        format!("{schemas}/Thing/properties/id\n    the description \"The `ID`.\""),
        format!("{schemas}/Thing/properties/createdAt\n    the description \"Created at.\""),
        format!("{schemas}/Thing/properties/parts/items\n    the description \"An object.\""),
        format!("{schemas}/Thing/properties/place/oneOf/0\n    the description \"A boolean.\""),
        format!("{post}\n    the description \"The body.\""),
        format!(
            "{post}/content/application~1json/schema/properties/name\n    the description \"Name.\""
        ),
    ] {
        assert!(
            found.contains(&expected),
            "expected {expected}\nin\n{found}"
        );
    }
    assert_eq!(found.lines().count(), 2 * 6, "{found}");
}

#[test]
fn a_property_that_looks_like_a_secret_is_marked() {
    let names = [
        "password",
        "apiSecret",
        "secret",
        "token",
        "passphrase",
        "privateKey",
        "access_key",
        "systempassword",
    ];
    let others = ["tokenUrl", "password_policy", "key", "onepassword"];
    let property =
        |name: &&str| format!("{name}: {{type: string, description: What it is for.}}, ");
    let properties: String = names.iter().chain(&others).map(property).collect();
    let thing = format!("Thing: {{type: object, properties: {{{properties}}}}}");
    let words = "
- {target: '$', update: {x-rust-names: {systempassword: system_password}}}
- {target: '$.paths.*.*', update: {description: Ours, x-clouds: [global]}}
- {target: '$.components.schemas.*', update: {description: Ours}}
- {target: '$.components.schemas.*.properties.*', update: {description: Something of ours.}}
";
    let text = things().replace("Thing: {type: string}", &thing);
    let bench = Bench::with(&text).overlay("60.yaml", words);
    bench.run().unwrap();
    let found = problems(&bench);
    for name in names {
        let expected = format!(
            "/Thing/properties/{name}\n    the property {name:?} looks like a secret; mark it by `x-secret`"
        );
        assert!(found.contains(&expected), "{found}");
    }
    for name in others {
        assert!(!found.contains(&format!("{name:?} looks")), "{found}");
    }
    let marks = names.map(|name| {
        let is_secret = name != "token";
        format!("- {{target: '$.components.schemas.*.properties.{name}', update: {{x-secret: {is_secret}}}}}\n")
    });
    let bench = bench.overlay("61.yaml", &marks.concat());
    bench.run().unwrap();
    assert_eq!(problems(&bench), "");
}
