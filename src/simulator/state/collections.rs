//! What the simulator keeps: the items of every collection, made when they are looked at.
//!
//! Of an item only what a caller said about it is kept; the rest follows from the seed and its number. So a collection of a quarter of a
//! million items costs eight bytes an item until they are changed.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::shape::{FIRST, Shape};
use super::values::ValueMaker;
use crate::simulator::env::Env;
use crate::simulator::faker::SeededRng;

/// How many items a collection has at the start, by the operation that lists it.
#[derive(Clone, Debug)]
pub(crate) struct Sizes {
    pub(crate) of: BTreeMap<String, usize>,
    pub(crate) others: usize,
}

/// All collections that were called so far, by their paths.
#[derive(Debug)]
pub(crate) struct Store {
    sizes: Sizes,
    collections: BTreeMap<String, Option<Collection>>,
}

/// The items of one path.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) shape: Shape,
    rng: SeededRng,
    /// The numbers of the items, in the order of the list.
    order: Vec<u64>,
    next: u64,
    /// What callers sent about items.
    stored: BTreeMap<u64, Map<String, Value>>,
}

impl Store {
    pub(crate) fn new(sizes: Sizes) -> Self {
        Self {
            sizes,
            collections: BTreeMap::new(),
        }
    }

    /// The collection at a path, if the documents have one there.
    pub(crate) fn at(&mut self, path: &str, env: &Env) -> Option<&mut Collection> {
        if !self.collections.contains_key(path) {
            let collection = Shape::at(path).map(|shape| {
                let list = shape
                    .list
                    .map(|list| list.operation.id.as_str())
                    .unwrap_or_default();
                let size = self.sizes.of.get(list).copied();
                Collection::new(shape, env.rng.fork(path), size.unwrap_or(self.sizes.others))
            });
            self.collections.insert(path.to_owned(), collection);
        }
        self.collections.get_mut(path)?.as_mut()
    }

    /// The collection at a path whose items have paths of their own under it.
    pub(crate) fn with_ids(&mut self, path: &str, env: &Env) -> Option<&mut Collection> {
        self.at(path, env)
            .filter(|collection| collection.shape.has_ids)
    }

    /// How many items the collections that one operation lists have, all of them together.
    pub(crate) fn count_listed_by(&self, operation: &str) -> usize {
        let collections = self.collections.values().flatten();
        collections
            .filter(|collection| {
                collection
                    .shape
                    .list
                    .is_some_and(|list| list.operation.id == operation)
            })
            .map(Collection::len)
            .sum()
    }

    /// Forgets a path and everything under it.
    pub(crate) fn forget(&mut self, path: &str) {
        let under = format!("{path}/");
        self.collections
            .retain(|known, _| !known.starts_with(&under));
    }
}

impl Collection {
    fn new(shape: Shape, rng: SeededRng, size: usize) -> Self {
        let size = size.min(shape.capacity()) as u64;
        Self {
            shape,
            rng,
            order: (FIRST..FIRST + size).collect(),
            next: FIRST + size,
            stored: BTreeMap::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The numbers of all items, in order.
    pub(crate) fn numbers(&self) -> &[u64] {
        &self.order
    }

    /// The number of the item of this id, if it is there.
    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        let number = self.shape.number_of(id, self.rng)?;
        self.position(number).map(|_| number)
    }

    fn position(&self, number: u64) -> Option<usize> {
        // In order of their numbers unless a caller has put them into another one.
        let found = self.order.binary_search(&number).ok();
        found.or_else(|| self.order.iter().position(|known| *known == number))
    }

    pub(crate) fn id(&self, number: u64) -> Value {
        self.shape.id_of(number, self.rng)
    }

    /// What is known of an item.
    pub(crate) fn facts(&self, number: u64) -> Value {
        let mut facts = Map::new();
        if let Some(name) = &self.shape.name {
            facts.insert(name.clone(), Value::from(self.shape.name_of(number)));
        }
        if let Some(stored) = self.stored.get(&number) {
            facts.extend(stored.clone());
        }
        if let (Some(property), Some(position)) = (&self.shape.position, self.position(number)) {
            facts.insert(property.clone(), Value::from(position + 1));
        }
        facts.insert(self.shape.id.clone(), self.id(number));
        Value::Object(facts)
    }

    /// An item as a schema shows it.
    pub(crate) fn view(&self, values: ValueMaker<'_>, schema: &Value, number: u64) -> Value {
        values.make(schema, &self.facts(number), self.rng.fork_at(number))
    }

    /// An item as a row of the list.
    pub(crate) fn row(&self, values: ValueMaker<'_>, number: u64) -> Value {
        self.view(values, &self.shape.row, number)
    }

    /// The item other than this one that has the name which is given here, if one has.
    pub(crate) fn find_by_name(
        &self,
        stored: &Map<String, Value>,
        other_than: Option<u64>,
    ) -> Option<u64> {
        let property = self.shape.name.as_ref()?;
        let name = stored.get(property)?;
        let has_name = |number: &u64| match self
            .stored
            .get(number)
            .and_then(|stored| stored.get(property))
        {
            Some(known) => known == name,
            None => *name == self.shape.name_of(*number).as_str(),
        };
        let mut others = self
            .order
            .iter()
            .filter(|number| Some(**number) != other_than);
        others.find(|number| has_name(number)).copied()
    }

    /// Adds an item at the end.
    pub(crate) fn add(&mut self, stored: Map<String, Value>) -> u64 {
        let number = self.next;
        self.next += 1;
        self.order.push(number);
        self.replace(number, stored);
        number
    }

    /// Whether another item fits in, where the ids are those of an enumeration.
    pub(crate) fn has_room(&self) -> bool {
        self.next < FIRST.saturating_add(self.shape.capacity() as u64)
    }

    pub(crate) fn change(&mut self, number: u64, stored: Map<String, Value>) {
        self.move_to(number, &stored);
        self.stored.entry(number).or_default().extend(stored);
    }

    /// Forgets what was said about an item before.
    pub(crate) fn replace(&mut self, number: u64, stored: Map<String, Value>) {
        self.move_to(number, &stored);
        self.stored.insert(number, stored);
    }

    /// Removes all items.
    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.stored.clear();
    }

    pub(crate) fn remove(&mut self, number: u64) -> bool {
        let position = self.position(number);
        if let Some(position) = position {
            self.order.remove(position);
            self.stored.remove(&number);
        }
        position.is_some()
    }

    /// Moves an item to the position that was stored, where the collection is in an order that callers give.
    fn move_to(&mut self, number: u64, stored: &Map<String, Value>) {
        let property = self.shape.position.as_ref();
        let wanted = property.and_then(|property| stored.get(property)?.as_u64());
        if let (Some(wanted), Some(from)) = (wanted, self.position(number)) {
            self.order.remove(from);
            let position = usize::try_from(wanted.saturating_sub(1)).unwrap_or(usize::MAX);
            self.order.insert(position.min(self.order.len()), number);
        }
    }
}
