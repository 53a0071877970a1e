//! Random responses: every value is decoded, and encoded as received.
//!
//! The values follow the schemas of `specs/` most of the time, so that they reach every part of a type, and differ from them otherwise:
//! other JSON types, other forms of scalars, lists of one, nulls, undocumented properties. They are the same in each run.

use std::fmt::Debug;
use std::path::Path;

use cisco_secure_access::LenientDeserialize;
use cisco_secure_access::api::deployments::types::NetworkTunnelGroup;
use cisco_secure_access::api::policies::types::{
    AccessRule, DestinationListResponse, UnifiedNetworkObject,
};
use cisco_secure_access::api::reports::types::ListActivityResponse;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

/// The number of values for each type.
const VALUES: u64 = 1000;

/// The maximum depth of lists and objects.
const MAX_DEPTH: usize = 7;

/// A sequence of random numbers (splitmix64).
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn choose<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }
}

/// Makes random values of the schemas of a scope.
struct Generator {
    document: Value,
    random: Random,
}

impl Generator {
    fn new(scope: &str, seed: u64) -> Self {
        let file = format!("{}/specs/{scope}.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(Path::new(&file)).unwrap();
        Self {
            document: serde_json::from_str(&text).unwrap(),
            random: Random(seed),
        }
    }

    fn component(&self, name: &str) -> Value {
        self.document["components"]["schemas"][name].clone()
    }

    /// A value that mostly matches a schema.
    fn value(&mut self, schema: &Value, depth: usize) -> Value {
        if depth > MAX_DEPTH || self.random.one_in(12) {
            return self.any(depth);
        }
        if let Some(reference) = schema["$ref"].as_str() {
            let schema = self.component(reference.rsplit('/').next().unwrap());
            return self.value(&schema, depth);
        }
        for key in ["oneOf", "anyOf"] {
            if let Some(variants) = schema[key].as_array() {
                let variant = self.random.choose(variants).clone();
                return self.value(&variant, depth);
            }
        }
        if let Some(parts) = schema["allOf"].as_array() {
            let mut object = Map::new();
            for part in parts {
                match self.value(part, depth) {
                    Value::Object(part) => object.extend(part),
                    other => return other,
                }
            }
            return Value::Object(object);
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.random.choose(values).clone();
        }
        let value = match schema["type"].as_str() {
            Some("object") => self.object(schema, depth),
            Some("array") => {
                let length = self.random.below(4);
                (0..length)
                    .map(|_| self.value(&schema["items"], depth + 1))
                    .collect()
            }
            _ => self.scalar(),
        };
        match self.random.below(20) {
            0 => json!([value]),
            1 => value
                .as_array()
                .and_then(|list| list.first().cloned())
                .unwrap_or(value),
            _ => value,
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let mut object = Map::new();
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            if self.random.below(3) > 0 {
                object.insert(name.clone(), self.value(property, depth + 1));
            }
        }
        while self.random.one_in(4) {
            let name = format!("undocumented{}", self.random.below(3));
            object.insert(name, self.any(depth + 1));
        }
        Value::Object(object)
    }

    /// A value of any JSON type.
    fn any(&mut self, depth: usize) -> Value {
        if depth > MAX_DEPTH {
            return self.scalar();
        }
        match self.random.below(8) {
            0 => (0..self.random.below(3))
                .map(|_| self.any(depth + 1))
                .collect(),
            1 => self.object(
                &json!({"properties": {"id": {}, "name": {}, "type": {}}}),
                depth + 1,
            ),
            2 => Value::Null,
            _ => self.scalar(),
        }
    }

    /// A scalar, sometimes with the format of another type.
    fn scalar(&mut self) -> Value {
        let scalars = [
            json!(null),
            json!(true),
            json!(0),
            json!(1),
            json!(-7),
            json!(i64::MIN),
            json!(u64::MAX),
            json!(9_007_199_254_740_993_i64),
            json!(1_774_721_856_000_i64),
            json!(7.0),
            json!(-0.0),
            json!(2.5),
            json!(1e300),
            json!(""),
            json!(" "),
            json!("7"),
            json!("-0.5"),
            json!("1e999"),
            json!("NaN"),
            json!("true"),
            json!("0"),
            json!("Pier 3"),
            json!("2026-03-28T18:17:36Z"),
            json!("2026-03-28T18:17:36.5+0200"),
            json!("2026-03-28 18:17:36"),
            json!("2026-03-28"),
            json!("0000-00-00 00:00:00"),
            json!("2016-12-31T23:59:60Z"),
            json!("1774721856"),
        ];
        self.random.choose(&scalars).clone()
    }
}

/// A value without its nulls in objects.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.clone(), without_nulls(value)))
            .collect(),
        Value::Array(list) => list.iter().map(without_nulls).collect(),
        scalar => scalar.clone(),
    }
}

/// The compared part of a value.
type View = fn(&Value) -> Value;

fn check<T>(scope: &str, component: &str, view: View)
where
    T: DeserializeOwned + Serialize + LenientDeserialize + PartialEq + Clone + Debug,
{
    let mut generator = Generator::new(scope, 17);
    let schema = generator.component(component);
    let mut rows = Vec::new();
    for number in 0..VALUES {
        let value = match schema["type"].as_str() {
            Some("object") => generator.object(&schema, 0),
            _ => generator.value(&schema, 0),
        };
        let decoded: T = serde_json::from_value(value.clone()).unwrap();
        let encoded = serde_json::to_value(&decoded).unwrap();
        assert_eq!(view(&encoded), view(&value), "{component}, value {number}");
        let copy = decoded.clone();
        assert_eq!(copy, decoded, "{component}, value {number}");
        assert_eq!(serde_json::to_value(&copy).unwrap(), encoded);
        let again: T = serde_json::from_value(encoded.clone()).unwrap();
        assert_eq!(again, decoded, "{component}, value {number}");
        // Null is no body, and no element of a list.
        if value.is_null() {
            continue;
        }
        // The text of a response, in which the fast pass decodes what matches its type.
        let pretty = serde_json::to_string_pretty(&value).unwrap();
        for text in [value.to_string(), pretty] {
            let (read, _) = T::from_body(text.as_bytes()).unwrap();
            assert_eq!(read, decoded, "{component}, value {number}");
            assert_eq!(serde_json::to_value(&read).unwrap(), encoded, "{text}");
        }
        rows.push((value, decoded));
    }
    // Rows of different properties.
    let list: Value = rows.iter().map(|(value, _)| value.clone()).collect();
    let (read, _) = Vec::<T>::from_body(list.to_string().as_bytes()).unwrap();
    assert!(
        read.iter().eq(rows.iter().map(|(_, row)| row)),
        "{component}"
    );
}

#[test]
fn an_access_rule_is_encoded_as_received() {
    check::<AccessRule>("policies", "AccessRule", Value::clone);
}

#[test]
fn a_network_tunnel_group_is_encoded_as_received() {
    check::<NetworkTunnelGroup>("deployments", "NetworkTunnelGroup", Value::clone);
}

#[test]
fn activity_rows_keep_everything_except_nulls() {
    check::<ListActivityResponse>("reports", "ListActivityResponse", without_nulls);
}

#[test]
fn a_destination_list_is_encoded_as_received() {
    check::<DestinationListResponse>("policies", "DestinationListResponse", Value::clone);
}

#[test]
fn a_network_object_keeps_everything_except_nulls() {
    check::<UnifiedNetworkObject>("policies", "UnifiedNetworkObject", without_nulls);
}
