//! Compares the operations of two sides: which there are, where they are, what they take and return, and what is known of them.

use std::collections::{BTreeMap, BTreeSet};

use cisco_secure_access_codegen::names;
use cisco_secure_access_codegen::surface::{
    Argument, ArgumentLocation, Operation, Pagination, PaginationStyle, RateLimit, Surface,
    ValueType,
};
use cisco_secure_access_openapi::path_shape;

use super::Side;
use super::change::{Change, Effect, Kind, What};
use super::matching::{Entry, Matches, matches};
use super::report::{Collector, Home, Topic};
use super::types::{LIKE_NAMES, Pair, Types, deprecation, words};
use crate::similarity::{alike, pair_up};

/// An API: its path scope and its name.
type Api<'a> = (&'a str, &'a str);

fn api<'a>(entry: Entry<'a>) -> Api<'a> {
    (entry.scope, &entry.operation.api)
}

/// Compares all operations, and the types that they reach.
pub(super) fn compare(old: &Side<'_>, new: &Side<'_>, report: &mut Collector) {
    let matches = matches(old, new);
    let renamed = apis(&matches, report);
    for entry in &matches.removed {
        let why = "its method is gone";
        let change = Change::removed(What::Operation, "", Effect::Breaking, why);
        report.add(
            home(*entry),
            operation_topic(*entry),
            [change.from(request(*entry))],
        );
    }
    for entry in &matches.added {
        let why = "a new method";
        let change = Change::added(What::Operation, "", Effect::Addition, why);
        report.add(
            home(*entry),
            operation_topic(*entry),
            [change.to(request(*entry))],
        );
    }
    let mut types = Types::new(old, new);
    let mut users: BTreeMap<Pair<'_>, BTreeSet<(Api<'_>, &str)>> = BTreeMap::new();
    for (was, is) in &matches.pairs {
        let mut changes = identity(*was, *is, &renamed);
        let mut reached = BTreeSet::new();
        let mut comparison = Comparison {
            scopes: (was.scope, is.scope),
            types: &mut types,
            reached: &mut reached,
            changes: &mut changes,
        };
        comparison.arguments(&was.operation.arguments, &is.operation.arguments);
        comparison.files(was.operation, is.operation);
        comparison.response(&was.operation.response, &is.operation.response);
        changes.extend(statuses((old, *was), (new, *is)));
        changes.extend(paging((old, *was), (new, *is)));
        changes.extend(facts(was.operation, is.operation));
        report.add(home(*is), operation_topic(*is), changes);
        for pair in types.closure(reached) {
            let users = users.entry(pair).or_default();
            users.insert((api(*is), &is.operation.id));
        }
    }
    for (pair, users) in users {
        let apis: BTreeSet<_> = users.iter().map(|(api, _)| *api).collect();
        let home = match apis.iter().collect::<Vec<_>>().as_slice() {
            [(scope, api)] => Home::api(scope, api),
            _ => Home::shared(pair.1.scope),
        };
        let topic = Topic::Type {
            name: pair.1.name.to_owned(),
            was: (pair.0.name != pair.1.name).then(|| pair.0.name.to_owned()),
            used_by: users.iter().map(|(_, id)| (*id).to_owned()).collect(),
        };
        report.add(home, topic, types.changes(&pair).iter().cloned());
    }
}

fn home(entry: Entry<'_>) -> Home {
    Home::api(entry.scope, &entry.operation.api)
}

fn operation_topic(entry: Entry<'_>) -> Topic {
    Topic::Operation(entry.operation.id.clone())
}

fn request(entry: Entry<'_>) -> String {
    format!("`{} {}`", entry.operation.method, entry.operation.path)
}

/// Compares which APIs there are; returns those that have another name.
fn apis<'a>(matches: &Matches<'a>, report: &mut Collector) -> BTreeMap<Api<'a>, Api<'a>> {
    let mut became: BTreeMap<Api<'_>, BTreeSet<Api<'_>>> = BTreeMap::new();
    let mut known: BTreeSet<Api<'_>> = BTreeSet::new();
    for entry in &matches.removed {
        became.entry(api(*entry)).or_default();
    }
    for (was, is) in &matches.pairs {
        became.entry(api(*was)).or_default().insert(api(*is));
        known.insert(api(*is));
    }
    known.extend(matches.added.iter().map(|entry| api(*entry)));
    let pairs = matches.pairs.iter().flat_map(|(was, is)| [was, is]);
    let entries = pairs.chain(&matches.removed).chain(&matches.added);
    let features: BTreeMap<Api<'_>, &str> = entries
        .map(|entry| (api(*entry), entry.operation.feature.as_str()))
        .collect();

    let mut renamed = BTreeMap::new();
    for (was, became) in &became {
        if known.contains(was) {
            continue;
        }
        let feature = |api: &Api<'_>| features.get(api).copied();
        if let [is] = became.iter().copied().collect::<Vec<_>>().as_slice()
            && is.0 == was.0
        {
            let (effect, why) = match feature(was) == feature(is) {
                true => (Effect::None, "its Cargo feature has the same name"),
                false => (Effect::Breaking, "its Cargo feature has another name"),
            };
            renamed.insert(*was, *is);
            let change = Change::renamed(What::Api, was.1, is.1, effect, why);
            report.add(Home::api(is.0, is.1), Topic::Api, [change]);
        } else {
            let why = "its Cargo feature is gone";
            let change = Change::removed(What::Api, was.1, Effect::Breaking, why);
            report.add(Home::api(was.0, was.1), Topic::Api, [change]);
        }
    }
    let old: BTreeSet<_> = became.keys().chain(renamed.values()).copied().collect();
    let mut scopes: BTreeSet<&str> = became.keys().map(|api| api.0).collect();
    for is in known.difference(&old) {
        let home = || Home::api(is.0, is.1);
        if scopes.insert(is.0) {
            let why = "a new module and a Cargo feature";
            let change = Change::added(What::Scope, is.0, Effect::Addition, why);
            let handle = format!("`client.{}()`", names::snake(is.0));
            report.add(home(), Topic::Api, [change.to(handle)]);
        }
        let why = "a new Cargo feature";
        let change = Change::added(What::Api, is.1, Effect::Addition, why);
        let feature = format!("the feature `{}`", features[is]);
        report.add(home(), Topic::Api, [change.to(feature)]);
    }
    renamed
}

/// Compares where two operations are, and what they are called.
fn identity(was: Entry<'_>, is: Entry<'_>, renamed: &BTreeMap<Api<'_>, Api<'_>>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (old, new) = (was.operation, is.operation);
    if old.id != new.id {
        let (effect, why) = match new.former_name.as_ref() == Some(&old.id) {
            true => (Effect::Behaviour, "its former names remain, with a warning"),
            false => (
                Effect::Breaking,
                "its method and its request have another name",
            ),
        };
        let change = Change::renamed(What::Operation, &old.id, &new.id, effect, why);
        changes.push(change);
    }
    if path_shape(&old.path) != path_shape(&new.path) {
        let why = "calls go to the new path";
        let change = Change::new(Kind::Moved, What::Operation, "", Effect::Behaviour, why);
        changes.push(change.between(format!("`{}`", old.path), format!("`{}`", new.path)));
    }
    if old.method != new.method {
        let why = "calls use the new method";
        let change = Change::changed(What::Method, "", Effect::Behaviour, why);
        changes.push(change.between(&old.method, &new.method));
    }
    if was.scope != is.scope {
        let why = "another module and another handle have it";
        let change = Change::new(Kind::Moved, What::Operation, "", Effect::Breaking, why);
        let call = |scope: &str| format!("`client.{}()`", names::snake(scope));
        changes.push(change.between(call(was.scope), call(is.scope)));
    } else if api(was) != api(is) && renamed.get(&api(was)) != Some(&api(is)) {
        let why = "programs that enable single APIs need another Cargo feature";
        let change = Change::new(Kind::Moved, What::Operation, "", Effect::Breaking, why);
        let feature = |operation: &Operation| format!("the feature `{}`", operation.feature);
        changes.push(change.between(feature(old), feature(new)));
    }
    if names::words(&old.upstream_id) != names::words(&new.upstream_id) {
        let why = "only the table of operations has it";
        let change = Change::renamed(
            What::UpstreamId,
            &old.upstream_id,
            &new.upstream_id,
            Effect::None,
            why,
        );
        changes.push(change);
    } else if old.upstream_id != new.upstream_id {
        // Another spelling of the same name.
        changes.push(words());
    }
    changes
}

/// Compares what two operations take and return.
struct Comparison<'a, 'b> {
    scopes: (&'a str, &'a str),
    types: &'b mut Types<'a>,
    reached: &'b mut BTreeSet<Pair<'a>>,
    changes: &'b mut Vec<Change>,
}

impl<'a> Comparison<'a, '_> {
    fn arguments(&mut self, old: &'a [Argument], new: &'a [Argument]) {
        let in_path = |list: &'a [Argument]| {
            let arguments = list.iter();
            arguments
                .filter(|argument| argument.location == ArgumentLocation::Path)
                .collect()
        };
        let (old_path, new_path): (Vec<_>, Vec<_>) = (in_path(old), in_path(new));
        let mut pairs = Vec::new();
        let mut removed: Vec<_> = old.iter().collect();
        let mut added: Vec<_> = new.iter().collect();
        if old_path.len() == new_path.len() {
            // A path is filled from left to right, whatever its placeholders are called.
            removed.retain(|argument| argument.location != ArgumentLocation::Path);
            added.retain(|argument| argument.location != ArgumentLocation::Path);
            pairs.extend(old_path.into_iter().zip(new_path));
        }
        let same = pair_up(&mut removed, &mut added, 1.0, |one, other| {
            f64::from(one.location == other.location && one.name == other.name)
        });
        let renamed = pair_up(&mut removed, &mut added, LIKE_NAMES, |one, other| {
            f64::from(one.location == other.location && one.ty == other.ty)
                * alike(&one.name, &other.name)
        });
        pairs.extend(same);
        pairs.extend(&renamed);
        for (was, is) in renamed {
            let (effect, why) = match was.is_positional() && is.is_positional() {
                true => (Effect::Behaviour, "it is sent with the new name"),
                false => (Effect::Breaking, "its setter has another name"),
            };
            let change = Change::renamed(what(is), &was.name, &is.name, effect, why);
            self.changes.push(change);
        }
        for argument in removed {
            let why = match argument.is_positional() {
                true => "the method does not take it any more",
                false => "its setter is gone",
            };
            let change = Change::removed(what(argument), name(argument), Effect::Breaking, why);
            self.changes.push(change.from(format!("`{}`", argument.ty)));
        }
        for argument in added {
            let (effect, why) = match argument.required {
                true if argument.is_positional() => (Effect::Breaking, "the method takes it"),
                true => (Effect::Breaking, "a setter that must be called"),
                false => (Effect::Addition, "a setter"),
            };
            let change = Change::added(what(argument), name(argument), effect, why);
            self.changes.push(change.to(format!("`{}`", argument.ty)));
        }
        self.order(&pairs, new);
        for (was, is) in pairs {
            self.argument(was, is);
        }
    }

    fn argument(&mut self, was: &'a Argument, is: &'a Argument) {
        if was.required != is.required {
            let why = match (was.is_positional(), is.is_positional()) {
                (false, true) => "the method takes it, and its setter is gone",
                (true, false) => "a setter takes it, and the method does not",
                _ => "the type of the request says whether it is set",
            };
            let word = |argument: &Argument| match argument.required {
                true => "required",
                false => "optional",
            };
            let change = Change::changed(what(is), name(is), Effect::Breaking, why);
            self.changes.push(change.between(word(was), word(is)));
        }
        self.value(what(is), name(is), &was.ty, &is.ty);
        if was.description != is.description {
            self.changes.push(words());
        }
    }

    fn value(&mut self, what: What, name: &str, was: &'a ValueType, is: &'a ValueType) {
        if let Some((from, to)) = self.types.value(self.scopes, was, is, self.reached) {
            let why = "its Rust type is another";
            let change = Change::changed(what, name, Effect::Breaking, why);
            self.changes.push(change.between(from, to));
        }
    }

    /// Arguments that the method takes and took stand in the order of the document.
    fn order(&mut self, pairs: &[(&'a Argument, &'a Argument)], new: &'a [Argument]) {
        let stay: Vec<_> = pairs
            .iter()
            .filter(|(was, is)| {
                was.is_positional() && is.is_positional() && is.location != ArgumentLocation::Path
            })
            .map(|(_, is)| *is)
            .collect();
        let is_kept = |argument: &&Argument| stay.iter().any(|is| std::ptr::eq(*is, *argument));
        let now: Vec<_> = new.iter().filter(is_kept).map(name).collect();
        let before: Vec<_> = stay.iter().map(|argument| name(argument)).collect();
        if now != before {
            let why = "the method takes them in another order";
            let list = |names: &[&str]| format!("`{}`", names.join("`, `"));
            let change = Change::changed(What::Parameter, "", Effect::Breaking, why);
            self.changes.push(change.between(list(&before), list(&now)));
        }
    }

    fn files(&mut self, old: &Operation, new: &Operation) {
        let method = |operation: &Operation| format!("{}_file", operation.id);
        match (&old.files, &new.files) {
            (None, Some(_)) => {
                let why = "a second method sends a file in the place of the body";
                let change = Change::added(What::File, method(new), Effect::Addition, why);
                self.changes.push(change);
            }
            (Some(_), None) => {
                let why = "its method is gone";
                let change = Change::removed(What::File, method(old), Effect::Breaking, why);
                self.changes.push(change);
            }
            (Some(was), Some(is)) if was != is => {
                let why = "the method takes other files";
                let change = Change::changed(What::File, method(new), Effect::Breaking, why);
                self.changes
                    .push(change.between(was.join(", "), is.join(", ")));
            }
            _ => {}
        }
    }

    fn response(&mut self, old: &'a Option<ValueType>, new: &'a Option<ValueType>) {
        const WHY: &str = "what `send` gives has another type";
        match (old, new) {
            (Some(was), Some(is)) => self.value(What::Response, "", was, is),
            (None, Some(is)) => {
                let change = Change::added(What::Response, "", Effect::Breaking, WHY);
                self.changes.push(change.to(format!("`{is}`")));
            }
            (Some(was), None) => {
                let change = Change::removed(What::Response, "", Effect::Breaking, WHY);
                self.changes.push(change.from(format!("`{was}`")));
            }
            (None, None) => {}
        }
    }
}

fn what(argument: &Argument) -> What {
    match argument.location {
        ArgumentLocation::Path | ArgumentLocation::Query | ArgumentLocation::Header => {
            What::Parameter
        }
        ArgumentLocation::Body => What::Body,
        ArgumentLocation::File => What::File,
    }
}

fn name(argument: &Argument) -> &str {
    match argument.location {
        ArgumentLocation::Body => "",
        _ => &argument.name,
    }
}

/// Compares the documented responses that are errors, which users see as one type.
fn statuses((old, was): (&Side<'_>, Entry<'_>), (new, is): (&Side<'_>, Entry<'_>)) -> Vec<Change> {
    let errors = |side: &Side<'_>, entry: Entry<'_>| -> BTreeSet<String> {
        let Operation { path, method, .. } = entry.operation;
        let method = method.to_ascii_lowercase();
        let responses = side.documents[entry.scope]["paths"][path][method]["responses"].as_object();
        responses
            .into_iter()
            .flat_map(|responses| responses.keys())
            .filter(|status| !status.starts_with('2'))
            .cloned()
            .collect()
    };
    let (was, is) = (errors(old, was), errors(new, is));
    each_side(&was, &is, |kind, status| {
        let why = "every error is the one type `Error`";
        Change::new(kind, What::ErrorStatus, status, Effect::None, why)
    })
}

/// A change for each that only one of the two sets has.
fn each_side(
    was: &BTreeSet<String>,
    is: &BTreeSet<String>,
    change: impl Fn(Kind, &str) -> Change,
) -> Vec<Change> {
    let removed = was.difference(is).map(|name| change(Kind::Removed, name));
    let added = is.difference(was).map(|name| change(Kind::Added, name));
    removed.chain(added).collect()
}

fn paging((old, was): (&Side<'_>, Entry<'_>), (new, is): (&Side<'_>, Entry<'_>)) -> Option<Change> {
    let change = |effect, why| Change::changed(What::Paging, "", effect, why);
    match (&was.operation.pagination, &is.operation.pagination) {
        (None, Some(now)) => {
            let why = "`items` and `pages`";
            Some(Change::added(What::Paging, "", Effect::Addition, why).to(pages(now)))
        }
        (Some(before), None) => {
            let why = "`items` and `pages` are gone";
            Some(Change::removed(What::Paging, "", Effect::Breaking, why).from(pages(before)))
        }
        (Some(before), Some(now)) if before != now => {
            let item = |side: &Side<'_>, entry: Entry<'_>, paging: &Pagination| {
                let surface = side.surfaces.get(entry.scope)?;
                let response = entry.operation.response.as_ref()?;
                at(surface, response, &paging.items).map(ToString::to_string)
            };
            let is_same = before.items == now.items || item(old, was, before) == item(new, is, now);
            let change = match is_same {
                true => change(Effect::None, "listings follow it by themselves"),
                false => change(Effect::Breaking, "`items` gives items of another type"),
            };
            Some(change.between(pages(before), pages(now)))
        }
        _ => None,
    }
}

/// How an operation lists, in a few words.
pub(crate) fn pages(pagination: &Pagination) -> String {
    let Pagination {
        style,
        offset_param,
        limit,
        first_page,
        max_page_size,
        max_offset,
        items,
        total,
        more,
        next,
        next_header,
        next_from_item,
        link,
        may_send_all,
    } = pagination;
    let mut text = match style {
        PaginationStyle::Single => "in one response".to_owned(),
        PaginationStyle::Cursor => format!("by `{offset_param}`"),
        _ => format!("by `{offset_param}` from {first_page}"),
    };
    if let Some(max_offset) = max_offset {
        text.push_str(&format!(" to {max_offset}"));
    }
    if let Some(limit) = limit {
        text.push_str(&format!(" and `{limit}`"));
    }
    if let Some(max_page_size) = max_page_size {
        text.push_str(&format!(" up to {max_page_size}"));
    }
    match items.as_str() {
        "" => text.push_str(", items in the response itself"),
        items => text.push_str(&format!(", items at `{items}`")),
    }
    for (what, place) in [
        ("total at", total),
        ("more pages at", more),
        ("next page at", next),
        ("next page in the header", next_header),
        ("next page in the last item at", next_from_item),
    ] {
        if let Some(place) = place {
            text.push_str(&format!(", {what} `{place}`"));
        }
    }
    if *link {
        text.push_str(", next page in the header `Link`");
    }
    if *may_send_all {
        text.push_str(", or all at once");
    }
    text
}

/// The type of the value at a JSON pointer in a response.
fn at<'a>(surface: &'a Surface, ty: &'a ValueType, pointer: &str) -> Option<&'a ValueType> {
    use cisco_secure_access_codegen::surface::Shape;
    let Some((segment, rest)) = pointer.strip_prefix('/').map(|pointer| {
        let end = pointer.find('/').unwrap_or(pointer.len());
        pointer.split_at(end)
    }) else {
        return Some(ty);
    };
    let ValueType::Named(name) = ty else {
        return None;
    };
    match &surface.types.get(name)?.shape {
        Shape::Struct(fields) => {
            let field = fields.iter().find(|field| field.name == segment)?;
            at(surface, &field.ty, rest)
        }
        Shape::Union(arms) => arms.iter().find_map(|(_, arm)| at(surface, arm, pointer)),
        Shape::Enum(_) | Shape::IntegerEnum(_) => None,
    }
}

/// Compares what the table of operations says.
fn facts(old: &Operation, new: &Operation) -> Vec<Change> {
    let mut changes = authentication(old, new);
    let clouds = |operation: &Operation| {
        let clouds = &operation.clouds;
        (!clouds.is_empty()).then(|| clouds.join(", "))
    };
    changes.extend(fact(
        What::Clouds,
        clouds(old),
        clouds(new),
        Effect::None,
        "calls are sent to every cloud; errors say which document them",
    ));
    let limit = |operation: &Operation| operation.rate_limit.as_ref().map(limits);
    changes.extend(fact(
        What::RateLimit,
        limit(old),
        limit(new),
        Effect::None,
        "the rate limiter, where it is on, follows it",
    ));
    if old.idempotent != new.idempotent {
        let word = |operation: &Operation| match operation.idempotent {
            true => "repeated after a failure",
            false => "not repeated where it may have been processed",
        };
        let why = "the retry policy reads it";
        let change = Change::changed(What::Repeating, "", Effect::Behaviour, why);
        changes.push(change.between(word(old), word(new)));
    }
    if old.deprecated != new.deprecated {
        changes.push(deprecation("", new.deprecated));
    }
    if (&old.summary, &old.description) != (&new.summary, &new.description) {
        changes.push(words());
    }
    changes
}

/// Compares how calls authenticate: with which OAuth scopes, or without a token.
fn authentication(old: &Operation, new: &Operation) -> Vec<Change> {
    let mut changes = Vec::new();
    match (&old.oauth_scopes, &new.oauth_scopes) {
        (Some(was), Some(is)) => {
            let set = |scopes: &[String]| scopes.iter().cloned().collect::<BTreeSet<_>>();
            let is_known = !was.is_empty();
            changes.extend(each_side(&set(was), &set(is), |kind, scope| {
                let (effect, why) = match kind {
                    Kind::Added if is_known => (
                        Effect::Behaviour,
                        "a call with a key that lacks it is rejected",
                    ),
                    Kind::Added => (Effect::None, "errors of status 403 name it"),
                    _ => (Effect::None, "keys need not have it"),
                };
                Change::new(kind, What::OauthScope, scope, effect, why)
            }));
        }
        (was, is) if was.is_some() != is.is_some() => {
            let word = |scopes: &Option<Vec<String>>| match scopes {
                Some(_) => "with a token",
                None => "with key and secret",
            };
            let why = "calls authenticate in another way";
            let change = Change::changed(What::OauthScope, "", Effect::Behaviour, why);
            changes.push(change.between(word(was), word(is)));
        }
        _ => {}
    }
    changes
}

/// The change of something that may not be known.
fn fact(
    what: What,
    was: Option<String>,
    is: Option<String>,
    effect: Effect,
    why: &'static str,
) -> Option<Change> {
    match (was, is) {
        (None, Some(is)) => Some(Change::added(what, "", effect, why).to(is)),
        (Some(was), None) => Some(Change::removed(what, "", effect, why).from(was)),
        (Some(was), Some(is)) if was != is => {
            Some(Change::changed(what, "", effect, why).between(was, is))
        }
        _ => None,
    }
}

/// The limits of a class, in a few words.
fn limits(limit: &RateLimit) -> String {
    let windows = limit.windows.iter();
    let windows: Vec<_> = windows
        .map(|(requests, seconds)| format!("{requests} in {seconds} s"))
        .collect();
    format!(
        "{} for each {} (`{}`)",
        windows.join(", "),
        limit.per,
        limit.class
    )
}
