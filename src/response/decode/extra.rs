//! The additional properties of an object.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// The properties of an object that its fields do not contain: undocumented properties, and documented properties with a value of another
/// type.
///
/// It is a map of the properties by name. They are compared, cloned and sent again with the object. To send an additional property, insert
/// it here. `Extra` also stores the wire form of values that were received in another form, such as quoted numbers, so that an object is
/// encoded as it was received.
///
/// It has the size of one pointer, and allocates nothing while it is empty.
///
/// ```
/// # #[cfg(feature = "network-tunnel-groups")] {
/// use cisco_secure_access::api::deployments::types::NetworkTunnelGroup;
///
/// let mut group: NetworkTunnelGroup = serde_json::from_str(r#"{"name": "Harbour", "tier": 2}"#)?;
/// assert_eq!(group.extra["tier"], 2);
/// group.extra.insert("tier".to_owned(), 3.into());
/// # }
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct Extra(Option<Box<Contents>>);

#[derive(Clone, Default)]
struct Contents {
    /// By name: undocumented properties, and documented ones with a value that does not match the type.
    properties: Map<String, Value>,
    /// By property number: the JSON of values that their type encodes in another form.
    wire_forms: Vec<(usize, Value)>,
    /// The JSON of the object, if it was received without its envelope.
    without_envelope: Option<Value>,
}

impl Extra {
    /// Returns the properties by name.
    pub(super) fn properties(&self) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

        match &self.0 {
            Some(contents) => &contents.properties,
            None => &NONE,
        }
    }

    /// Returns the properties by name, mutably.
    pub(super) fn properties_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.contents().properties
    }

    pub(super) fn keep_wire_form(&mut self, property: usize, value: Value) {
        self.contents().wire_forms.push((property, value));
    }

    pub(super) fn keep_without_envelope(&mut self, value: Value) {
        self.contents().without_envelope = Some(value);
    }

    /// Returns the JSON of the object, if it was received without its envelope.
    pub(super) fn without_envelope(&self) -> Option<&Value> {
        self.0.as_ref()?.without_envelope.as_ref()
    }

    /// Returns the JSON of a property, if its field encodes it in another form.
    #[inline]
    pub(super) fn raw(&self, property: usize, name: &str) -> Option<&Value> {
        let contents = self.0.as_ref()?;
        let wire_forms = contents.wire_forms.iter();
        wire_forms
            .rev()
            .find(|(kept, _)| *kept == property)
            .map(|(_, value)| value)
            .or_else(|| contents.properties.get(name))
    }

    fn contents(&mut self) -> &mut Contents {
        self.0.get_or_insert_default()
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    #[inline]
    fn deref(&self) -> &Map<String, Value> {
        self.properties()
    }
}

impl DerefMut for Extra {
    #[inline]
    fn deref_mut(&mut self) -> &mut Map<String, Value> {
        self.properties_mut()
    }
}

/// Objects are equal if they have the same meaning: wire forms are ignored.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.properties() == other.properties()
    }
}

/// Shows only names, because an undocumented property may be a secret.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.properties().keys()).finish()
    }
}

/// Which lists and maps of an object are present in the response: empty and absent ones have the same field value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ListPresence(u64);

impl ListPresence {
    /// The maximum number of lists and maps of an object that are distinguished.
    pub(crate) const MAX: u32 = u64::BITS;

    pub(super) fn insert(&mut self, list: u32) {
        self.0 |= 1 << (list % Self::MAX);
    }

    pub(super) fn contains(self, list: u32) -> bool {
        self.0 & (1 << (list % Self::MAX)) != 0
    }
}

/// An absent list equals an empty one.
impl PartialEq for ListPresence {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
