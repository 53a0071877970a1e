//! What the service does and the documents do not say: each habit can be switched off.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::dice::Dice;

/// Something that the service does and the documents do not say. All of them are on where nothing is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Habit {
    /// Null where a value is documented: the state of a hub that never was connected, the comment of a destination.
    Nulls,
    /// Times without a zone, as those of access rules.
    ZonelessTimes,
    /// Numbers in quotes, as the ids of applications in reports.
    QuotedIds,
    /// Values that an enumeration does not list.
    UnknownValues,
    /// Properties that are documented as required and missing, and texts that are documented as filled and empty.
    Gaps,
    /// Objects where lists are documented, keyed by id, as the categories of applications.
    Keyed,
    /// The answer 200 with an error in its body, as for a destination list that does not exist.
    ErrorInSuccess,
    /// Limits that are ignored: of virtual appliances, which come all at once whatever the page, and of requests by hour.
    IgnoredLimits,
    /// 200 with a message or 204 without a body for the same deletion, in turns.
    ChangingDeletes,
    /// 409 for a name that is taken where only other statuses are documented; without this habit it is 400 there.
    Conflicts,
}

impl Habit {
    /// All of them.
    pub const ALL: [Self; 10] = [
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
    ];
}

/// What a habit does to a property.
#[derive(Debug, PartialEq)]
pub(super) enum Odd {
    /// It has this value.
    Is(Value),
    /// It is missing.
    Missing,
    /// Its value is changed when it is there: a time loses its zone, a number gets quotes.
    Zoneless,
    Quoted,
}

/// The habits that are on.
#[derive(Clone, Debug)]
pub(super) struct Habits(BTreeSet<Habit>);

impl Habits {
    pub(super) fn all() -> Self {
        Self(Habit::ALL.into())
    }

    pub(super) fn only(habits: impl IntoIterator<Item = Habit>) -> Self {
        Self(habits.into_iter().collect())
    }

    pub(super) fn has(&self, habit: Habit) -> bool {
        self.0.contains(&habit)
    }

    /// What is odd about a property of a schema, if something is.
    pub(super) fn of_property(&self, schema: &str, property: &str, mut dice: Dice) -> Option<Odd> {
        let (habit, probability, odd) = match (schema, property) {
            ("Hub" | "HubWithIp", "status" | "tunnelsStatus") => {
                (Habit::Nulls, 1.0, Odd::Is(Value::Null))
            }
            ("DestinationList", "thirdpartyCategoryId") | ("Destination", "comment") => {
                (Habit::Nulls, 0.5, Odd::Is(Value::Null))
            }
            ("AccessRule" | "AccessRuleSummary", "createdAt" | "modifiedAt") => {
                (Habit::ZonelessTimes, 1.0, Odd::Zoneless)
            }
            ("Application" | "ApplicationCategoryItem", "id") => {
                (Habit::QuotedIds, 0.5, Odd::Quoted)
            }
            ("InternalDomain", "description") => (Habit::Gaps, 0.5, Odd::Is(json!(""))),
            ("InternalDomain", "siteIds") | ("DestinationListMeta", "ipv6Count") => {
                (Habit::Gaps, 0.5, Odd::Missing)
            }
            ("TopResource", "application") => (Habit::Gaps, 0.3, Odd::Missing),
            ("ProxyActivity", "verdict") => (Habit::UnknownValues, 0.2, Odd::Is(json!("proxied"))),
            ("ProxyActivity", "statuscode") => (Habit::UnknownValues, 0.2, Odd::Is(json!(404))),
            ("NetworkTunnelGroup" | "NetworkTunnelGroupSummary", "status") => {
                (Habit::UnknownValues, 0.2, Odd::Is(json!("establishing")))
            }
            ("AccessRule" | "AccessRuleSummary", "ruleAction") => {
                (Habit::UnknownValues, 0.2, Odd::Is(json!("quarantine")))
            }
            _ => return None,
        };
        (self.has(habit) && dice.happens(probability)).then_some(odd)
    }
}
