//! Where the extensions of the document come from, for the messages about those that do not fit.

use std::collections::BTreeMap;

use cisco_secure_access_openapi::json::escape;
use serde_json::Value;

/// The place of the action that set each extension or format last, by its pointer.
#[derive(Debug, Default)]
pub struct Origins(BTreeMap<String, String>);

impl Origins {
    /// Adds what an action at `place` sets in the objects at these pointers.
    pub(super) fn add(&mut self, pointers: &[String], update: &Value, place: &str) {
        for pointer in pointers {
            self.add_below(pointer, update, place);
        }
    }

    fn add_below(&mut self, pointer: &str, update: &Value, place: &str) {
        for (key, value) in update.as_object().into_iter().flatten() {
            let at = format!("{pointer}/{}", escape(key));
            if key.starts_with("x-") || key == "format" && value.is_string() {
                self.0.insert(at, place.to_owned());
            } else {
                self.add_below(&at, value, place);
            }
        }
    }

    /// The place for what stands at a pointer, or for the extension that it is in.
    pub fn of(&self, pointer: &str) -> Option<&str> {
        let mut pointer = pointer;
        loop {
            if let Some(place) = self.0.get(pointer) {
                return Some(place);
            }
            pointer = &pointer[..pointer.rfind('/')?];
        }
    }
}
