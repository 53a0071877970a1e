//! What the service does and the documents do not say: each quirk can be switched off.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::faker::SeededRng;

/// Something that the service does and the documents do not say. All of them but [`LateDestinations`](Self::LateDestinations), which makes
/// tests wait, are on where nothing is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// Null where a value is documented: the state of a hub that never was connected, the comment of a destination.
    Nulls,
    /// Times without a zone, as those of access rules.
    ZonelessTimes,
    /// Numbers in quotes, as the ids of applications in reports.
    QuotedIds,
    /// Values that an enumeration does not list.
    UnknownValues,
    /// Properties that are documented as required and missing, and strings that are documented as filled and empty.
    Gaps,
    /// Objects where lists are documented, keyed by id, as the categories of applications.
    Keyed,
    /// The response 200 with an error in its body, as for a destination list that does not exist.
    ErrorInSuccess,
    /// Limits that are ignored: of virtual appliances, which come all at once whatever the page, and of requests by hour.
    IgnoredLimits,
    /// 200 with a message or 204 without a body for the same deletion, in turns.
    ChangingDeletes,
    /// 409 for a name that is taken where only other statuses are documented; without this quirk it is 400 there.
    Conflicts,
    /// The 400 of a report lists parameters in `data.errors` where a message is documented.
    ReportErrors,
    /// The media type `resource/json` of counts and conflicts of connectors, where JSON is documented.
    ResourceJson,
    /// Destinations that are added are listed two seconds later.
    LateDestinations,
}

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Nulls,
        Self::ZonelessTimes,
        Self::QuotedIds,
        Self::UnknownValues,
        Self::Gaps,
        Self::Keyed,
        Self::ErrorInSuccess,
        Self::IgnoredLimits,
        Self::ChangingDeletes,
        Self::Conflicts,
        Self::ReportErrors,
        Self::ResourceJson,
        Self::LateDestinations,
    ];
}

/// What an operation ignores of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IgnoredLimit {
    /// Its size.
    Size,
    /// All of it: the response has all items.
    Page,
}

/// What a quirk does to a property.
#[derive(Debug, PartialEq)]
pub(super) enum PropertyQuirk {
    /// It has this value.
    Is(Value),
    /// It is missing.
    Missing,
    /// Its value is changed when it is there: a time loses its zone, a number gets quotes.
    Zoneless,
    Quoted,
}

/// The quirks that are on.
#[derive(Clone, Debug)]
pub(super) struct Quirks(BTreeSet<Quirk>);

impl Quirks {
    /// Those that are on where nothing is set.
    pub(super) fn usual() -> Self {
        let usual = |quirk: &Quirk| *quirk != Quirk::LateDestinations;
        Self(Quirk::ALL.into_iter().filter(usual).collect())
    }

    pub(super) fn only(quirks: impl IntoIterator<Item = Quirk>) -> Self {
        Self(quirks.into_iter().collect())
    }

    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.0.contains(&quirk)
    }

    /// Whether an operation lists rows as an object, by their ids.
    pub(super) fn is_keyed(&self, operation: &str) -> bool {
        operation == "list_application_categories" && self.has(Quirk::Keyed)
    }

    /// What an operation ignores of the page that a call selects, if something.
    pub(super) fn ignored_limit(&self, operation: &str) -> Option<IgnoredLimit> {
        if self.is_keyed(operation) {
            return Some(IgnoredLimit::Page);
        }
        let ignored = match operation {
            "list_virtual_appliances" => IgnoredLimit::Page,
            "get_requests_by_hour" | "get_requests_by_hour_and_type" => IgnoredLimit::Size,
            _ => return None,
        };
        self.has(Quirk::IgnoredLimits).then_some(ignored)
    }

    /// The media type of a response where it is not the documented one.
    pub(super) fn media_type(&self, operation: &str, status: u16) -> Option<&'static str> {
        let is_other = matches!(
            (operation, status),
            ("get_connector_counts" | "get_connector_group_counts", 200)
                | (
                    "create_connector_group" | "replace_connector_group" | "update_connector_group",
                    409
                )
        );
        (is_other && self.has(Quirk::ResourceJson)).then_some("resource/json")
    }

    /// The values outside of enumerations that the service sends and accepts.
    pub(super) fn unlisted(&self) -> &'static [&'static str] {
        match self.has(Quirk::UnknownValues) {
            true => &["quarantine"],
            false => &[],
        }
    }

    /// What is unusual about a property of a schema, if something is.
    pub(super) fn of_property(
        &self,
        schema: &str,
        property: &str,
        mut rng: SeededRng,
    ) -> Option<PropertyQuirk> {
        let (quirk, probability, unusual) = match (schema, property) {
            ("Hub" | "HubWithIp", "status" | "tunnelsStatus") => {
                (Quirk::Nulls, 1.0, PropertyQuirk::Is(Value::Null))
            }
            ("DestinationList", "thirdpartyCategoryId") | ("Destination", "comment") => {
                (Quirk::Nulls, 0.5, PropertyQuirk::Is(Value::Null))
            }
            ("AccessRule" | "AccessRuleSummary", "createdAt" | "modifiedAt") => {
                (Quirk::ZonelessTimes, 1.0, PropertyQuirk::Zoneless)
            }
            ("Application" | "ApplicationCategoryItem", "id") => {
                (Quirk::QuotedIds, 0.5, PropertyQuirk::Quoted)
            }
            ("InternalDomain", "description") => (Quirk::Gaps, 0.5, PropertyQuirk::Is(json!(""))),
            ("InternalDomain", "siteIds") | ("DestinationListMeta", "ipv6Count") => {
                (Quirk::Gaps, 0.5, PropertyQuirk::Missing)
            }
            ("TopResource", "application") => (Quirk::Gaps, 0.3, PropertyQuirk::Missing),
            ("ProxyActivity", "verdict") => (
                Quirk::UnknownValues,
                0.2,
                PropertyQuirk::Is(json!("proxied")),
            ),
            ("ProxyActivity", "statuscode") => {
                (Quirk::UnknownValues, 0.2, PropertyQuirk::Is(json!(404)))
            }
            ("NetworkTunnelGroup" | "NetworkTunnelGroupSummary", "status") => (
                Quirk::UnknownValues,
                0.2,
                PropertyQuirk::Is(json!("establishing")),
            ),
            ("AccessRule" | "AccessRuleSummary", "ruleAction") => (
                Quirk::UnknownValues,
                0.2,
                PropertyQuirk::Is(json!("quarantine")),
            ),
            _ => return None,
        };
        (self.has(quirk) && rng.chance(probability)).then_some(unusual)
    }
}
