//! What an object keeps beside its typed fields.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::LazyLock;

use serde_json::{Map, Value};

/// What the fields of an object do not hold: the properties that no document describes, and documented ones with a value of another type.
///
/// It is a map of the properties by name. They are compared, cloned and sent again with the object: a property that is added here is
/// sent. It also keeps the wire form of values that came in another one, such as a number in quotes, so that an object is sent as it came.
///
/// It is one pointer wide, and allocates nothing while it is empty.
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
    /// By name: undocumented properties, and documented ones with a value that does not fit.
    properties: Map<String, Value>,
    /// By the number of the property: the JSON of values that their type writes in another form.
    wire_forms: Vec<(usize, Value)>,
    /// The JSON of the object, if it came without its envelope.
    without_envelope: Option<Value>,
}

impl Extra {
    /// The properties by name.
    pub(super) fn properties(&self) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);

        match &self.0 {
            Some(contents) => &contents.properties,
            None => &NONE,
        }
    }

    /// The properties by name, to be changed.
    pub(super) fn properties_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.contents().properties
    }

    pub(super) fn keep_wire_form(&mut self, property: usize, value: Value) {
        self.contents().wire_forms.push((property, value));
    }

    pub(super) fn keep_without_envelope(&mut self, value: Value) {
        self.contents().without_envelope = Some(value);
    }

    /// What was read for the whole object, if it came without its envelope.
    pub(super) fn without_envelope(&self) -> Option<&Value> {
        self.0.as_ref()?.without_envelope.as_ref()
    }

    /// What was read for a property, if that is not what its field writes.
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

/// Objects are equal where they say the same: wire forms do not count.
impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.properties() == other.properties()
    }
}

/// Names alone: a property that no document describes may be a secret.
impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.properties().keys()).finish()
    }
}

/// Which lists and maps of an object were in the response: an empty one and an absent one are both empty here.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ListPresence(u64);

impl ListPresence {
    /// How many lists and maps of one object it can tell apart.
    pub(crate) const MAX: u32 = u64::BITS;

    pub(super) fn insert(&mut self, list: u32) {
        self.0 |= 1 << (list % Self::MAX);
    }

    pub(super) fn contains(self, list: u32) -> bool {
        self.0 & (1 << (list % Self::MAX)) != 0
    }
}

/// An absent list is as good as an empty one.
impl PartialEq for ListPresence {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
