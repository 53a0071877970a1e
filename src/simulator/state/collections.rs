//! The collections of the simulator, whose items are generated on demand.
//!
//! An initial item is derived from the seed and its number, so that a collection of a quarter of a million items takes eight bytes for each
//! item. Once a caller has created or changed an item, the complete item is stored, and no more values are generated.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::links::{self, FIRST};
use super::shape::{Assigned, Shape, id_text};
use super::values::ValueMaker;
use crate::simulator::env::Env;
use crate::simulator::faker::{Moment, SeededRng};

/// All collections that were used so far, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Store {
    collections: BTreeMap<String, Option<Collection>>,
    /// Data that no path lists, by kind and then by id.
    notes: BTreeMap<String, Map<String, Value>>,
}

/// The items of a path.
#[derive(Debug)]
pub(crate) struct Collection {
    pub(crate) shape: Shape,
    rng: SeededRng,
    /// The properties of the initial items that depend on their children.
    counts: Map<String, Value>,
    /// The numbers of the items, in list order.
    order: Vec<u64>,
    /// The number of the first item that is not initial.
    first_new: u64,
    next: u64,
    /// The ids of items that the caller set.
    own_ids: BTreeMap<u64, Value>,
    /// The complete items that callers created or changed.
    stored: BTreeMap<u64, Map<String, Value>>,
    /// The times from which on hidden items are listed, in epoch seconds.
    listed_from: BTreeMap<u64, i64>,
}

/// A change of an item by a caller.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    /// The properties to set.
    pub(crate) set: Map<String, Value>,
    /// The properties to remove.
    pub(crate) removed: BTreeSet<String>,
}

impl From<Map<String, Value>> for Change {
    fn from(set: Map<String, Value>) -> Self {
        Self {
            set,
            removed: BTreeSet::new(),
        }
    }
}

impl Store {
    /// Returns the collection at a path, if the documents define one.
    pub(crate) fn at(&mut self, path: &str, env: &Env) -> Option<&mut Collection> {
        if !self.collections.contains_key(path) {
            let is_new = self.is_under_new(path);
            let collection = Shape::at(path).map(|shape| {
                let list = shape.list.map_or("", |list| list.operation.id.as_str());
                let size = match is_new && shape.new.is_some() {
                    true => 0,
                    false => env.sizes.of(list),
                };
                let counts = links::counts(list, &env.sizes);
                Collection::new(shape, env.rng.fork(path), size, counts)
            });
            self.collections.insert(path.to_owned(), collection);
        }
        self.collections.get_mut(path)?.as_mut()
    }

    /// Whether a path is under an item that a caller created: its children are only those that callers create.
    fn is_under_new(&self, path: &str) -> bool {
        let slashes = path.match_indices('/').map(|(slash, _)| slash);
        let ends = slashes.chain([path.len()]);
        ends.filter_map(|end| path[..end].rsplit_once('/'))
            .filter_map(|(above, id)| Some((self.collections.get(above)?.as_ref()?, id)))
            .any(|(collection, id)| {
                let number = collection.find(id);
                number.is_some_and(|number| collection.is_new(number))
            })
    }

    /// The collection at a path with item paths under it.
    pub(crate) fn with_ids(&mut self, path: &str, env: &Env) -> Option<&mut Collection> {
        self.at(path, env)
            .filter(|collection| collection.shape.has_ids)
    }

    /// The total number of items in the collections of one operation.
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

    /// The data under a name that no path lists, by id.
    pub(crate) fn notes(&mut self, name: &str) -> &mut Map<String, Value> {
        self.notes.entry(name.to_owned()).or_default()
    }

    /// All collections that were used, by their paths.
    pub(crate) fn collections(&self) -> impl Iterator<Item = (&str, &Collection)> {
        self.collections
            .iter()
            .filter_map(|(path, collection)| Some((path.as_str(), collection.as_ref()?)))
    }

    /// Removes a path and everything under it.
    pub(crate) fn forget(&mut self, path: &str) {
        let under = format!("{path}/");
        self.collections
            .retain(|known, _| !known.starts_with(&under));
    }
}

impl Collection {
    fn new(shape: Shape, rng: SeededRng, size: usize, counts: Map<String, Value>) -> Self {
        let size = size.min(shape.capacity()) as u64;
        Self {
            shape,
            rng,
            counts,
            order: (FIRST..FIRST + size).collect(),
            first_new: FIRST + size,
            next: FIRST + size,
            own_ids: BTreeMap::new(),
            stored: BTreeMap::new(),
            listed_from: BTreeMap::new(),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.order.len()
    }

    /// The numbers of all items, in order.
    pub(crate) fn numbers(&self) -> &[u64] {
        &self.order
    }

    /// Lists the hidden items whose time has come.
    pub(crate) fn reveal(&mut self, now: i64) {
        self.listed_from.retain(|_, from| *from > now);
    }

    /// The numbers of the listed items, in order.
    pub(crate) fn listed(&self) -> Cow<'_, [u64]> {
        match self.listed_from.is_empty() {
            true => Cow::Borrowed(&self.order),
            false => {
                let numbers = self.order.iter().copied();
                let listed = numbers.filter(|number| !self.listed_from.contains_key(number));
                Cow::Owned(listed.collect())
            }
        }
    }

    /// Hides an item until a time, in epoch seconds.
    pub(crate) fn list_from(&mut self, number: u64, time: i64) {
        self.listed_from.insert(number, time);
    }

    /// The numbers of the items that callers created or changed.
    pub(crate) fn stored_numbers(&self) -> Vec<u64> {
        self.stored.keys().copied().collect()
    }

    /// The items that callers created, by their numbers.
    pub(crate) fn created(&self) -> impl Iterator<Item = (u64, &Map<String, Value>)> {
        let created = self.stored.range(self.first_new..);
        created.map(|(number, item)| (*number, item))
    }

    /// Returns the number of the item with this id, if it exists.
    pub(crate) fn find(&self, id: &str) -> Option<u64> {
        let mut own = self.own_ids.iter().filter(|(_, own)| id_text(own) == id);
        let number = match own.next() {
            Some((number, _)) => *number,
            None => {
                let number = self.shape.number_of(id, self.rng)?;
                Some(number).filter(|number| !self.own_ids.contains_key(number))?
            }
        };
        self.position(number).map(|_| number)
    }

    fn position(&self, number: u64) -> Option<usize> {
        // In the order of their numbers unless a caller has reordered them.
        let found = self.order.binary_search(&number).ok();
        found.or_else(|| self.order.iter().position(|known| *known == number))
    }

    pub(crate) fn id(&self, number: u64) -> Value {
        let own = self.own_ids.get(&number).cloned();
        own.unwrap_or_else(|| self.shape.id_of(number, self.rng))
    }

    /// The facts of an item: the complete item if it is stored, otherwise its counts, id, name and position.
    fn facts(&self, number: u64) -> Value {
        let stored = self.stored.get(&number);
        let mut facts = stored.unwrap_or(&self.counts).clone();
        if let (Some(name), None) = (&self.shape.name, stored) {
            facts.insert(name.clone(), Value::from(self.shape.name_of(number)));
        }
        if let (Some(property), Some(position)) = (&self.shape.position, self.position(number)) {
            facts.insert(property.clone(), Value::from(position + 1));
        }
        let id = self.id(number);
        if let Some(link) = &self.shape.link {
            let path = format!("{}/{}", self.shape.path, id_text(&id));
            facts.insert(
                link.clone(),
                json!(format!("https://api.sse.cisco.com{path}")),
            );
        }
        // Some responses have the id under this name, for any id property of the item.
        facts.entry("id").or_insert_with(|| id.clone());
        facts.insert(self.shape.id.clone(), id);
        Value::Object(facts)
    }

    /// Returns the view of an item in a schema.
    pub(crate) fn view(&self, values: ValueMaker<'_>, schema: &Value, number: u64) -> Value {
        let (facts, rng) = (self.facts(number), self.rng.fork_at(number));
        match self.stored.contains_key(&number) {
            true => values.show(schema, &facts, rng),
            false => values.make(schema, &facts, rng),
        }
    }

    /// Returns the complete item.
    pub(crate) fn item(&self, values: ValueMaker<'_>, number: u64) -> Map<String, Value> {
        if let Some(stored) = self.stored.get(&number) {
            return stored.clone();
        }
        let mut item = Map::new();
        for view in &self.shape.views {
            if let Value::Object(view) = self.view(values, view, number) {
                let others = view
                    .into_iter()
                    .filter(|(name, _)| !item.contains_key(name))
                    .collect::<Vec<_>>();
                item.extend(others);
            }
        }
        item
    }

    /// The properties that the service assigns to a new item: times, the organization, the author, counts of missing children, and
    /// documented defaults.
    fn assigned(&self, values: ValueMaker<'_>, number: u64, now: i64) -> Map<String, Value> {
        let properties = self.shape.properties.iter();
        let assigned = properties.filter_map(|(name, property)| {
            let value = match property.assigned.as_ref()? {
                Assigned::Time => values.time(&property.schema, now),
                Assigned::Number => json!(number),
                Assigned::Value(value) => value.clone(),
            };
            Some((name.clone(), value))
        });
        assigned.collect()
    }

    /// Adds the properties that the views of an item require and that the caller could set but did not.
    fn complete(&self, values: ValueMaker<'_>, number: u64, item: &mut Map<String, Value>) {
        for (name, property) in &self.shape.properties {
            if property.is_required && property.is_sent && !item.contains_key(name) {
                let rng = self.rng.fork_at(number).fork(name);
                let schema = property.new.as_ref().unwrap_or(&property.schema);
                item.insert(name.clone(), values.initial(schema, name, rng));
            }
        }
        if let Some(name) = &self.shape.name
            && self
                .shape
                .properties
                .get(name)
                .is_some_and(|property| property.is_required)
        {
            let entry = item.entry(name.clone());
            entry.or_insert_with(|| json!(self.shape.name_of(number)));
        }
    }

    /// Returns an item as a row of the list.
    pub(crate) fn row(&self, values: ValueMaker<'_>, number: u64) -> Value {
        self.view(values, &self.shape.row, number)
    }

    /// Returns another item with this name, if there is one.
    pub(crate) fn find_by_name(
        &self,
        stored: &Map<String, Value>,
        other_than: Option<u64>,
    ) -> Option<u64> {
        let property = self.shape.name.as_ref();
        let property = property.filter(|_| self.shape.has_unique_names)?;
        let name = stored.get(property)?;
        let has_name = |number: &u64| match self
            .stored
            .get(number)
            .and_then(|stored| stored.get(property))
        {
            Some(known) => known == name,
            None if self.stored.contains_key(number) => false,
            None => *name == self.shape.name_of(*number).as_str(),
        };
        let mut others = self
            .order
            .iter()
            .filter(|number| Some(**number) != other_than);
        others.find(|number| has_name(number)).copied()
    }

    /// Adds an item at the end, with the properties of the caller and those that the service assigns. An id in the properties is the id of
    /// the item.
    pub(crate) fn add(
        &mut self,
        values: ValueMaker<'_>,
        sent: Map<String, Value>,
        now: i64,
    ) -> u64 {
        let own = sent.get(&self.shape.id);
        // An id in the usual format contains its number.
        let numbered = own.and_then(|id| self.shape.number_of(&id_text(id), self.rng));
        let numbered = numbered.filter(|number| self.position(*number).is_none());
        let number = numbered.unwrap_or(self.next);
        self.next = self.next.max(number + 1);
        self.order.push(number);
        if let (Some(id), None) = (own, numbered) {
            self.own_ids.insert(number, id.clone());
        }
        let mut item = self.assigned(values, number, now);
        item.extend(sent);
        self.complete(values, number, &mut item);
        self.move_to(number, &item);
        self.stored.insert(number, item);
        number
    }

    /// Whether an item is not initial.
    pub(crate) fn is_new(&self, number: u64) -> bool {
        number >= self.first_new
    }

    /// Whether another item is possible, if the ids are an enumeration.
    pub(crate) fn has_room(&self) -> bool {
        self.next < FIRST.saturating_add(self.shape.capacity() as u64)
    }

    /// Changes an item, at the current time.
    pub(crate) fn change(&mut self, values: ValueMaker<'_>, number: u64, change: Change, now: i64) {
        let mut item = self.item(values, number);
        item.retain(|name, _| !change.removed.contains(name));
        self.move_to(number, &change.set);
        let set = change.set.into_iter();
        item.extend(set.filter(|(name, _)| Moment::of(name).is_none()));
        for (name, property) in &self.shape.properties {
            if property.moment == Some(Moment::Modified) {
                item.insert(name.clone(), values.time(&property.schema, now));
            }
        }
        self.complete(values, number, &mut item);
        self.stored.insert(number, item);
    }

    /// Changes an item as the service does, without an author.
    pub(crate) fn edit(
        &mut self,
        values: ValueMaker<'_>,
        number: u64,
        edit: impl FnOnce(&mut Map<String, Value>),
    ) {
        match self.stored.get_mut(&number) {
            Some(item) => edit(item),
            None => {
                let mut item = self.item(values, number);
                edit(&mut item);
                self.stored.insert(number, item);
            }
        }
    }

    /// Removes all items.
    pub(crate) fn clear(&mut self) {
        self.order.clear();
        self.first_new = 0;
        self.own_ids.clear();
        self.stored.clear();
        self.listed_from.clear();
    }

    pub(crate) fn remove(&mut self, number: u64) -> bool {
        let position = self.position(number);
        if let Some(position) = position {
            self.order.remove(position);
            self.own_ids.remove(&number);
            self.stored.remove(&number);
            self.listed_from.remove(&number);
        }
        position.is_some()
    }

    /// Moves an item to its stored position, if callers order the collection.
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
