//! Names of schemas when the document of a single API takes operations over from the document of all APIs.

use cisco_secure_access_importer::{Options, rebuild};
use serde_json::{Value, json};

use crate::documents::{Bench, of_paths};

const ALL: &str = "Cisco Secure Access API";
const CARS: &str = "Cisco Secure Access Cars API";

/// A document with `GET /cars`, of this response, and `POST /cars`, of this body.
fn document(title: &str, response: &str, body: &str, schemas: &str) -> String {
    let paths = format!(
        "/cars:
  get:
    operationId: getCars
    tags: [Cars]
    responses: {{'200': {{description: ok, content: {{application/json: {{schema: {response}}}}}}}}}
  post:
    operationId: addCar
    tags: [Cars]
    requestBody: {{content: {{application/json: {{schema: {body}}}}}}}
    responses: {{'204': {{description: ok}}}}
"
    );
    of_paths(title, &paths, schemas)
}

/// The document of all APIs, with names for everything.
fn all() -> String {
    document(
        ALL,
        "{type: array, items: {$ref: '#/components/schemas/carObject'}}",
        "{$ref: '#/components/schemas/addCarRequest'}",
        "carObject: {type: object, properties: {id: {type: string}, wheels: {type: array, items: {$ref: '#/components/schemas/wheel'}}}}
addCarRequest: {type: object, properties: {id: {type: string}}}
wheel: {type: object, properties: {size: {type: integer}}}",
    )
}

/// Imports the document of all APIs, then this one, and returns the specification before and after.
fn taken_over(cars: &str) -> (Value, Value) {
    let mut bench = Bench::with(&all());
    bench.run().unwrap();
    let before = bench.spec("policies");
    bench.forget();
    let bench = bench.document("cars.yaml", cars);
    bench.run().unwrap();
    (before, bench.spec("policies"))
}

#[test]
fn schemas_of_other_names_or_of_none_keep_those_that_they_had() {
    let others = document(
        CARS,
        "{$ref: '#/components/schemas/carObject'}",
        "{type: object, properties: {id: {type: string}}}",
        "carObject: {type: array, items: {type: object, properties: {id: {type: string}, wheels: {type: array, items: {$ref: '#/components/schemas/rim'}}}}}
rim: {type: object, properties: {size: {type: integer}}}",
    );
    let (before, after) = taken_over(&others);
    let names = ["AddCarRequest", "CarObject", "Wheel"];
    for name in names {
        assert_eq!(
            after["components"]["schemas"][name], before["components"]["schemas"][name],
            "{name}"
        );
    }
    // The list has a name in the new document, which another schema has already.
    let response = &after["paths"]["/policies/v2/cars"]["get"]["responses"]["200"]["content"]["application/json"];
    assert_eq!(
        response["schema"],
        json!({"$ref": "#/components/schemas/CarsCarObject"})
    );
    assert_eq!(
        after["components"]["schemas"]["CarsCarObject"]["items"],
        json!({"$ref": "#/components/schemas/CarObject"})
    );
}

#[test]
fn names_outlive_the_document_that_gave_them() {
    let others = document(
        CARS,
        "{type: array, items: {$ref: '#/components/schemas/car'}}",
        "{$ref: '#/components/schemas/newCar'}",
        "car: {type: object, properties: {id: {type: string}, wheels: {type: array, items: {$ref: '#/components/schemas/rim'}}}}
newCar: {type: object, properties: {id: {type: string}}}
rim: {type: object, properties: {size: {type: integer}}}",
    );
    let mut bench = Bench::with(&all());
    bench.run().unwrap();
    let before = bench.spec("policies")["components"]["schemas"].clone();
    bench.forget();
    let mut bench = bench.document("cars.yaml", &others);
    let options = Options {
        all: true,
        ..Options::default()
    };
    options.run(bench.documents(), &bench.specs()).unwrap();
    assert_eq!(bench.spec("policies")["components"]["schemas"], before);
    // Also when it is made anew, and when the next version of that document comes.
    assert!(rebuild(&bench.specs()).unwrap().outcome.changed.is_empty());
    bench.forget();
    let bench = bench.document("cars.yaml", others.replace("newCar", "newestCar"));
    bench.run().unwrap();
    assert_eq!(bench.spec("policies")["components"]["schemas"], before);
}

#[test]
fn what_is_of_another_kind_keeps_its_own_name() {
    let others = document(
        CARS,
        "{type: array, items: {$ref: '#/components/schemas/car'}}",
        "{type: array, items: {type: object, properties: {id: {type: string}}}}",
        "car: {type: string, enum: [a, b]}",
    );
    let (_, after) = taken_over(&others);
    let schemas = after["components"]["schemas"].as_object().unwrap();
    assert_eq!(schemas.keys().collect::<Vec<_>>(), ["Car"]);
}

#[test]
fn a_schema_that_refers_to_itself_is_followed_once() {
    let tree = |title: &str, name: &str, leaf: &str| {
        document(
            title,
            &format!("{{$ref: '#/components/schemas/{name}'}}"),
            "{type: string}",
            &format!(
                "{name}: {{type: object, properties: {{of: {{$ref: '#/components/schemas/{name}'}}, leaf: {leaf}}}}}
leaf: {{type: boolean}}"
            ),
        )
    };
    let mut bench = Bench::with(&tree(ALL, "tree", "{$ref: '#/components/schemas/leaf'}"));
    bench.run().unwrap();
    bench.forget();
    let bench = bench.document("cars.yaml", tree(CARS, "wood", "{type: boolean}"));
    bench.run().unwrap();
    let schemas = bench.spec("policies")["components"]["schemas"].clone();
    let names: Vec<_> = schemas.as_object().unwrap().keys().collect();
    assert_eq!(names, ["Leaf", "Tree"]);
    assert_eq!(
        schemas["Tree"]["properties"]["of"],
        json!({"$ref": "#/components/schemas/Tree"})
    );
}
