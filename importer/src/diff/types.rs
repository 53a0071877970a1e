//! Compares the types that two operations reach: each pair once, however often and however deep it is met.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_codegen::surface::{Field, Shape, Type, ValueType};

use super::Side;
use super::change::{Change, Effect, Kind, What};
use crate::similarity::{alike, overlap, pair_up};

/// A type of a path scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name<'a> {
    pub scope: &'a str,
    pub name: &'a str,
}

/// A type, and the one that stands in its place.
pub(super) type Pair<'a> = (Name<'a>, Name<'a>);

/// The types compared so far.
pub(super) struct Types<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    compared: BTreeMap<Pair<'a>, Compared<'a>>,
}

#[derive(Default)]
struct Compared<'a> {
    changes: Vec<Change>,
    children: BTreeSet<Pair<'a>>,
}

/// How much two types share at least of which one has taken the place of the other, of 1.
const LIKE: f64 = 0.4;

/// The same of two names.
pub(super) const LIKE_NAMES: f64 = 0.5;

const TYPE: &str = "its Rust type is another";

impl<'a> Types<'a> {
    pub(super) fn new(old: &'a Side<'a>, new: &'a Side<'a>) -> Self {
        Self {
            old,
            new,
            compared: BTreeMap::new(),
        }
    }

    /// What has changed in the types of a pair.
    pub(super) fn changes(&self, pair: &Pair<'a>) -> &[Change] {
        self.compared
            .get(pair)
            .map_or(&[], |compared| &compared.changes)
    }

    /// The pairs that these lead to, and themselves.
    pub(super) fn closure(&self, pairs: BTreeSet<Pair<'a>>) -> BTreeSet<Pair<'a>> {
        let mut open: Vec<_> = pairs.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(pair) = open.pop() {
            if found.insert(pair) {
                let compared = self.compared.get(&pair);
                open.extend(compared.into_iter().flat_map(|compared| &compared.children));
            }
        }
        found
    }

    /// Compares the types of two values: what they were and are called, where that is not the same, and which types they reach.
    pub(super) fn value(
        &mut self,
        (was, is): (&'a str, &'a str),
        old: &'a ValueType,
        new: &'a ValueType,
        reached: &mut BTreeSet<Pair<'a>>,
    ) -> Option<(String, String)> {
        let same = match (old, new) {
            (ValueType::List(one), ValueType::List(other))
            | (ValueType::Map(one), ValueType::Map(other)) => {
                self.value((was, is), one, other, reached).is_none()
            }
            (ValueType::Named(one), ValueType::Named(other)) => {
                let pair = (
                    Name {
                        scope: was,
                        name: one,
                    },
                    Name {
                        scope: is,
                        name: other,
                    },
                );
                let relation = self.relation(&pair);
                if relation != Relation::Other {
                    self.compare(pair, relation);
                    reached.insert(pair);
                }
                relation == Relation::Same
            }
            (one, other) => one == other,
        };
        (!same).then(|| (format!("`{old}`"), format!("`{new}`")))
    }

    fn types(&self, (was, is): &Pair<'a>) -> Option<(&'a Type, &'a Type)> {
        let old = self.old.surfaces.get(was.scope)?.types.get(was.name)?;
        let new = self.new.surfaces.get(is.scope)?.types.get(is.name)?;
        Some((old, new))
    }

    fn relation(&self, pair: &Pair<'a>) -> Relation {
        let (was, is) = pair;
        if was.name == is.name {
            return Relation::Same;
        }
        let Some((old, new)) = self.types(pair) else {
            return Relation::Other;
        };
        let stays = |side: &Side<'_>, scope: &str, name: &str| {
            let surface = side.surfaces.get(scope);
            surface.is_some_and(|surface| surface.types.contains_key(name))
        };
        let alike = likeness(&old.shape, &new.shape) >= LIKE;
        match stays(self.new, is.scope, was.name) || stays(self.old, was.scope, is.name) {
            _ if !alike => Relation::Other,
            true => Relation::Like,
            false => Relation::Same,
        }
    }

    fn compare(&mut self, pair: Pair<'a>, relation: Relation) {
        if self.compared.contains_key(&pair) {
            return;
        }
        self.compared.insert(pair, Compared::default());
        let mut compared = Compared::default();
        let (was, is) = pair;
        if relation == Relation::Same && was.name != is.name {
            compared.changes.push(Change::renamed(
                What::Type,
                was.name,
                is.name,
                Effect::Breaking,
                "programs that write its name; its fields are compared on their own",
            ));
        }
        if let Some((old, new)) = self.types(&pair) {
            self.shapes(pair, (old, new), &mut compared);
        }
        self.compared.insert(pair, compared);
    }

    fn shapes(&mut self, pair: Pair<'a>, (old, new): (&'a Type, &'a Type), to: &mut Compared<'a>) {
        let scopes = (pair.0.scope, pair.1.scope);
        match (&old.shape, &new.shape) {
            (Shape::Struct(fields), Shape::Struct(others)) => {
                self.presence(old, new, to);
                self.fields(scopes, (old, fields), (new, others), to);
            }
            (Shape::Enum(values), Shape::Enum(others)) => values_of(values, others, to),
            (Shape::IntegerEnum(values), Shape::IntegerEnum(others)) => {
                values_of(&words_of(values), &words_of(others), to);
            }
            (Shape::Union(arms), Shape::Union(others)) => self.arms(scopes, arms, others, to),
            (one, other) => to.changes.push(
                Change::changed(What::Type, pair.1.name, Effect::Breaking, TYPE)
                    .between(describe(one), describe(other)),
            ),
        }
        constructors(old, new, to);
        if old.description != new.description {
            to.changes.push(words());
        }
    }

    /// A type whose values go another way now: what can be made of it, and how.
    fn presence(&self, old: &Type, new: &Type, to: &mut Compared<'a>) {
        if old.direction == new.direction {
            return;
        }
        let direction = |ty: &Type| match (ty.direction.request, ty.direction.response) {
            (true, true) => "sent and read",
            (true, false) => "sent only",
            _ => "read only",
        };
        let (effect, why) = match (old.direction.request, new.direction.request) {
            (true, false) => (Effect::Breaking, "no value of it can be made any more"),
            (false, true) if lists(old).eq(lists(new)) => {
                (Effect::Addition, "values of it can be made")
            }
            (false, _) => (
                Effect::Breaking,
                "lists that need not be sent are an `Option` in what is sent",
            ),
            (true, true) if arguments(old).eq(arguments(new)) => {
                (Effect::None, "it is made and read as before")
            }
            (true, true) => (
                Effect::Breaking,
                "what is sent only requires what is documented as required, what is read has all of it optional: `new` takes other arguments",
            ),
        };
        let change = Change::changed(What::Type, "", effect, why);
        to.changes
            .push(change.between(direction(old), direction(new)));
    }

    fn fields(
        &mut self,
        scopes: (&'a str, &'a str),
        (old, fields): (&'a Type, &'a [Field]),
        (new, others): (&'a Type, &'a [Field]),
        to: &mut Compared<'a>,
    ) {
        let mut removed: Vec<&Field> = fields.iter().collect();
        let mut added: Vec<&Field> = others.iter().collect();
        let same = pair_up(&mut removed, &mut added, 1.0, |one, other| {
            f64::from(one.name == other.name)
        });
        let renamed = pair_up(&mut removed, &mut added, LIKE_NAMES, |one, other| {
            f64::from(one.ty == other.ty) * alike(&one.name, &other.name)
        });
        for (was, is) in &renamed {
            to.changes.push(Change::renamed(
                What::Property,
                &was.name,
                &is.name,
                Effect::Breaking,
                "the field has another name",
            ));
        }
        for field in removed {
            let why = "the field is gone";
            let change = Change::removed(What::Property, &field.name, Effect::Breaking, why);
            to.changes.push(change.from(format!("`{}`", field.ty)));
        }
        for field in added {
            let (effect, why) = match field.presence.required {
                true => (Effect::Breaking, "it is required: `new` takes it"),
                false => (Effect::Addition, "a field that may be absent"),
            };
            let change = Change::added(What::Property, &field.name, effect, why);
            to.changes.push(change.to(format!("`{}`", field.ty)));
        }
        let is_made_as_before = old.direction == new.direction;
        for (was, is) in same.into_iter().chain(renamed) {
            if let Some((from, now)) = self.value(scopes, &was.ty, &is.ty, &mut to.children) {
                let change = Change::changed(What::Property, &is.name, Effect::Breaking, TYPE);
                to.changes.push(change.between(from, now));
            }
            if is_made_as_before {
                to.changes.extend(required(was, is, new));
            }
            to.changes.extend(marks(was, is));
        }
    }

    fn arms(
        &mut self,
        scopes: (&'a str, &'a str),
        arms: &'a [(String, ValueType)],
        others: &'a [(String, ValueType)],
        to: &mut Compared<'a>,
    ) {
        let mut removed: Vec<_> = arms.iter().collect();
        let mut added: Vec<_> = others.iter().collect();
        let same = pair_up(&mut removed, &mut added, 1.0, |one, other| {
            f64::from(one.0 == other.0)
        });
        let renamed = pair_up(&mut removed, &mut added, LIKE_NAMES, |one, other| {
            alike(&one.0, &other.0)
        });
        for (was, is) in &renamed {
            let why = "the variant has another name";
            to.changes.push(Change::renamed(
                What::Form,
                &was.0,
                &is.0,
                Effect::Breaking,
                why,
            ));
        }
        for (name, _) in removed {
            let why = "the variant is gone";
            to.changes
                .push(Change::removed(What::Form, name, Effect::Breaking, why));
        }
        for (name, _) in added {
            let why = "programs must expect forms that they do not know";
            to.changes
                .push(Change::added(What::Form, name, Effect::Addition, why));
        }
        for (was, is) in same.into_iter().chain(renamed) {
            if let Some((from, now)) = self.value(scopes, &was.1, &is.1, &mut to.children) {
                let change = Change::changed(What::Form, &is.0, Effect::Breaking, TYPE);
                to.changes.push(change.between(from, now));
            }
        }
    }
}

/// How two types stand to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Relation {
    /// One is what the other was, maybe with another name.
    Same,
    /// One has taken the place of the other, which has not gone.
    Like,
    /// They have little in common.
    Other,
}

/// The constructors that schemas name.
fn constructors(old: &Type, new: &Type, to: &mut Compared<'_>) {
    for (name, takes) in &old.constructors {
        let change = match new.constructors.get(name) {
            None => {
                let why = "the constructor is gone";
                Change::removed(What::Constructor, name, Effect::Breaking, why)
            }
            Some(now) if now != takes => {
                let why = "it takes another value";
                let word = |takes: &Option<&'static str>| takes.unwrap_or("nothing");
                Change::changed(What::Constructor, name, Effect::Breaking, why)
                    .between(word(takes), word(now))
            }
            Some(_) => continue,
        };
        to.changes.push(change);
    }
    for name in new.constructors.keys() {
        if !old.constructors.contains_key(name) {
            let change = Change::added(What::Constructor, name, Effect::Addition, "a constructor");
            to.changes.push(change);
        }
    }
}

/// What two shapes share, of 1.
fn likeness(one: &Shape, other: &Shape) -> f64 {
    let names = |names: &mut dyn Iterator<Item = &String>| names.cloned().collect();
    match (one, other) {
        (Shape::Struct(one), Shape::Struct(other)) => overlap(
            &names(&mut one.iter().map(|field| &field.name)),
            &names(&mut other.iter().map(|field| &field.name)),
        ),
        (Shape::Enum(one), Shape::Enum(other)) => {
            overlap(&names(&mut one.iter()), &names(&mut other.iter()))
        }
        (Shape::IntegerEnum(one), Shape::IntegerEnum(other)) => overlap(
            &names(&mut words_of(one).iter()),
            &names(&mut words_of(other).iter()),
        ),
        (Shape::Union(one), Shape::Union(other)) => f64::from(one.len() == other.len()),
        _ => 0.0,
    }
}

fn describe(shape: &Shape) -> &'static str {
    match shape {
        Shape::Struct(_) => "an object",
        Shape::Enum(_) => "an enumeration",
        Shape::IntegerEnum(_) => "an enumeration of integers",
        Shape::Union(_) => "a union",
    }
}

/// The values of an enumeration of integers as text.
fn words_of(values: &[i64]) -> Vec<String> {
    values.iter().map(ToString::to_string).collect()
}

fn struct_fields(ty: &Type) -> &[Field] {
    match &ty.shape {
        Shape::Struct(fields) => fields,
        _ => &[],
    }
}

/// The lists of a type that are an `Option`.
fn lists(ty: &Type) -> impl Iterator<Item = &str> {
    struct_fields(ty)
        .iter()
        .filter(|field| matches!(field.ty, ValueType::List(_) | ValueType::Map(_)))
        .filter(|field| field.presence.optional)
        .map(|field| field.name.as_str())
}

/// The fields that `new` takes.
fn arguments(ty: &Type) -> impl Iterator<Item = &str> {
    struct_fields(ty)
        .iter()
        .filter(|field| field.presence.required)
        .map(|field| field.name.as_str())
}

fn values_of(values: &[String], others: &[String], to: &mut Compared<'_>) {
    let missing = |from: &[String], other: &[String]| -> Vec<String> {
        let missing = from.iter().filter(|value| !other.contains(value));
        missing.cloned().collect()
    };
    let removed = missing(values, others);
    if !removed.is_empty() {
        let why = "the variants are gone; the value is read as unknown";
        let change = Change::removed(What::EnumValue, "", Effect::Breaking, why);
        to.changes.push(change.names(removed));
    }
    let added = missing(others, values);
    if !added.is_empty() {
        let why = "programs must expect values that they do not know";
        let change = Change::added(What::EnumValue, "", Effect::Addition, why);
        to.changes.push(change.names(added));
    }
}

/// A property that must be there now, or had to, or can be null.
fn required(was: &Field, is: &Field, ty: &Type) -> Option<Change> {
    let word = |field: &Field| match (field.required, field.nullable) {
        (true, false) => "required",
        (true, true) => "required, can be null",
        (false, false) => "optional",
        (false, true) => "optional, can be null",
    };
    if word(was) == word(is) {
        return None;
    }
    let (effect, why) = if !ty.direction.request {
        (Effect::None, "what is read may lack everything")
    } else if was.presence == is.presence {
        match is.required && !was.required {
            true => (
                Effect::Behaviour,
                "programs compile without it; the service may reject what they send",
            ),
            false => (Effect::None, "its field and its setter are the same"),
        }
    } else if is.presence.required {
        (Effect::Breaking, "`new` takes it, and its setter is gone")
    } else if was.presence.required {
        (Effect::Breaking, "a setter takes it, and `new` does not")
    } else {
        (Effect::Breaking, TYPE)
    };
    let change = Change::changed(What::Property, &is.name, effect, why);
    Some(change.between(word(was), word(is)))
}

/// What is said of a field beside its type.
fn marks(was: &Field, is: &Field) -> Vec<Change> {
    let mut changes = Vec::new();
    if was.deprecated != is.deprecated {
        changes.push(deprecation(&is.name, is.deprecated));
    }
    if was.secret != is.secret {
        let why = "debug output leaves secrets out";
        let change = Change::changed(What::Property, &is.name, Effect::Behaviour, why);
        changes.push(change.between(secret(was.secret), secret(is.secret)));
    }
    if was.constant != is.constant {
        let (effect, why) = match (&was.constant, &is.constant) {
            (Some(_), Some(_)) => (Effect::Behaviour, "the constructor sets it"),
            _ => (
                Effect::Breaking,
                "a property with one value is set by the constructor and is not public",
            ),
        };
        let change = Change::changed(What::Property, &is.name, effect, why);
        changes.push(change.between(only_value(was), only_value(is)));
    }
    if was.description != is.description {
        changes.push(words());
    }
    changes
}

fn only_value(field: &Field) -> String {
    match &field.constant {
        Some(value) => format!("always `{value}`"),
        None => "of several values".to_owned(),
    }
}

fn secret(is_secret: bool) -> &'static str {
    match is_secret {
        true => "a secret",
        false => "no secret",
    }
}

/// Something should not be used any more, or may be used again.
pub(super) fn deprecation(name: &str, is_deprecated: bool) -> Change {
    let (kind, why) = match is_deprecated {
        true => (Kind::Added, "programs that use it get a warning"),
        false => (
            Kind::Removed,
            "programs that use it get no warning any more",
        ),
    };
    Change::new(kind, What::Deprecation, name, Effect::Behaviour, why)
}

/// Something is described in other words.
pub(super) fn words() -> Change {
    Change::changed(
        What::Words,
        "",
        Effect::None,
        "only the documentation is another",
    )
}
