//! Behavior of the service that contradicts its documents. Each quirk can be switched off.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::faker::SeededRng;

/// Behavior of the service that contradicts its documents. By default, all quirks except [`LateDestinations`](Self::LateDestinations),
/// which delays tests, are enabled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Quirk {
    /// Null instead of a documented value: the state of a hub that was never connected, the comment of a destination.
    Nulls,
    /// Times without a time zone, such as those of access rules.
    ZonelessTimes,
    /// Quoted numbers, such as the ids of applications in reports.
    QuotedIds,
    /// Values that are not in the enumeration.
    UnknownValues,
    /// Missing required properties, and empty strings that are documented as non-empty.
    Gaps,
    /// Objects instead of documented lists, with ids as keys, such as the categories of applications.
    Keyed,
    /// The status 200 with an error in the body, such as for a destination list that does not exist.
    ErrorInSuccess,
    /// Ignored limits: virtual appliances are returned in one response for every page, and requests by hour ignore the limit.
    IgnoredLimits,
    /// 200 with a message or 204 without a body for the same deletion, alternating.
    ChangingDeletes,
    /// 409 for a duplicate name where only other statuses are documented; without this quirk it is 400.
    Conflicts,
    /// The 400 of a report lists parameters in `data.errors` instead of a message.
    ReportErrors,
    /// The media type `resource/json` instead of JSON for counts and conflicts of connectors.
    ResourceJson,
    /// Added destinations are listed two seconds later.
    LateDestinations,
}

impl Quirk {
    /// All quirks.
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

/// The paging parameters that an operation ignores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum IgnoredLimit {
    /// The page size.
    Size,
    /// All: the response has all items.
    Page,
}

/// The effect of a quirk on a property.
#[derive(Debug, PartialEq)]
pub(super) enum PropertyQuirk {
    /// It has this value.
    Is(Value),
    /// It is missing.
    Missing,
    /// A present value is changed: a time loses its time zone, a number gets quotes.
    Zoneless,
    Quoted,
}

/// The enabled quirks.
#[derive(Clone, Debug)]
pub(super) struct Quirks(BTreeSet<Quirk>);

impl Quirks {
    /// Returns the quirks that are enabled by default.
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

    /// Whether an operation lists rows as an object with ids as keys.
    pub(super) fn is_keyed(&self, operation: &str) -> bool {
        operation == "list_application_categories" && self.has(Quirk::Keyed)
    }

    /// Returns the paging parameters that an operation ignores, if any.
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

    /// Returns the media type of a response if it is not the documented one.
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

    /// Returns the values that the service sends and accepts although they are not in the enumeration.
    pub(super) fn unlisted(&self) -> &'static [&'static str] {
        match self.has(Quirk::UnknownValues) {
            true => &["quarantine"],
            false => &[],
        }
    }

    /// Returns the effect of the quirks on a property, if any.
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
