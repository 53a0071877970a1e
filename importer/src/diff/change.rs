//! One change, what it means for programs that use the crate, and the version that it takes.

use std::fmt;

/// Something that was added, removed or changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Change {
    /// What happened.
    pub kind: Kind,
    /// What it happened to.
    pub what: What,
    /// Its name; several names where the same happened to several things.
    pub names: Vec<String>,
    /// What it was.
    pub from: Option<String>,
    /// What it is.
    pub to: Option<String>,
    /// What programs notice.
    pub effect: Effect,
    /// Why they do, or do not.
    pub why: &'static str,
}

impl Change {
    /// `what` called `name` is new.
    pub fn added(what: What, name: impl Into<String>, effect: Effect, why: &'static str) -> Self {
        Self::new(Kind::Added, what, name, effect, why)
    }

    /// `what` called `name` is gone.
    pub fn removed(what: What, name: impl Into<String>, effect: Effect, why: &'static str) -> Self {
        Self::new(Kind::Removed, what, name, effect, why)
    }

    /// Something about `what` called `name` is new.
    pub fn changed(what: What, name: impl Into<String>, effect: Effect, why: &'static str) -> Self {
        Self::new(Kind::Changed, what, name, effect, why)
    }

    /// `what` has another name.
    pub fn renamed(
        what: What,
        from: impl Into<String>,
        to: impl Into<String>,
        effect: Effect,
        why: &'static str,
    ) -> Self {
        let from = from.into();
        Self::new(Kind::Renamed, what, from.clone(), effect, why).between(from, to)
    }

    /// The change of this kind.
    pub fn new(
        kind: Kind,
        what: What,
        name: impl Into<String>,
        effect: Effect,
        why: &'static str,
    ) -> Self {
        Self {
            kind,
            what,
            names: vec![name.into()],
            from: None,
            to: None,
            effect,
            why,
        }
    }

    /// With what it was and is.
    #[must_use]
    pub fn between(self, from: impl Into<String>, to: impl Into<String>) -> Self {
        Self {
            from: Some(from.into()),
            to: Some(to.into()),
            ..self
        }
    }

    /// With what it is.
    #[must_use]
    pub fn to(self, to: impl Into<String>) -> Self {
        Self {
            to: Some(to.into()),
            ..self
        }
    }

    /// With what it was.
    #[must_use]
    pub fn from(self, from: impl Into<String>) -> Self {
        Self {
            from: Some(from.into()),
            ..self
        }
    }

    /// For all of these names.
    #[must_use]
    pub fn names(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }

    /// What happened, in a line, with names between backticks.
    #[must_use]
    pub fn title(&self) -> String {
        let names: Vec<_> = self.names.iter().map(|name| format!("`{name}`")).collect();
        let what = match self.names.len() {
            1 => self.what.to_string(),
            _ => format!("{}s", self.what),
        };
        let subject = match self.names.concat().as_str() {
            "" => what,
            _ => format!("{what} {}", names.join(", ")),
        };
        match (self.kind, &self.from, &self.to) {
            (Kind::Renamed, Some(from), Some(to)) => {
                format!("{what} `{from}` is now `{to}`", what = self.what)
            }
            (Kind::Moved, Some(from), Some(to)) => format!("{subject} moved from {from} to {to}"),
            (Kind::Added, _, Some(to)) => format!("{subject} added, {to}"),
            (Kind::Removed, Some(from), _) => format!("{subject} removed, was {from}"),
            (_, Some(from), Some(to)) => format!("{subject}: {from} → {to}"),
            (kind, ..) => format!("{subject} {kind}"),
        }
    }
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It is not as it was.
    Changed,
    /// It has another name.
    Renamed,
    /// It is in another place.
    Moved,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Renamed => "renamed",
            Self::Moved => "moved",
        })
    }
}

/// What a change happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// A path scope.
    Scope,
    /// A whole API.
    Api,
    /// An operation.
    Operation,
    /// The HTTP method of an operation.
    Method,
    /// The name that an operation has upstream.
    UpstreamId,
    /// A parameter, in the path, the query or a header.
    Parameter,
    /// The body of a request.
    Body,
    /// A file in the body of a request.
    File,
    /// The response to a call that succeeds.
    Response,
    /// A documented status of a response that is an error.
    ErrorStatus,
    /// A type.
    Type,
    /// A property of an object.
    Property,
    /// A value of an enumeration.
    EnumValue,
    /// A form of a choice.
    Form,
    /// A constructor of a type.
    Constructor,
    /// An OAuth scope.
    OauthScope,
    /// The clouds that document an operation.
    Clouds,
    /// How often an operation may be called.
    RateLimit,
    /// How an operation hands out pages.
    Paging,
    /// Whether a failed call may be repeated.
    Repeating,
    /// The advice not to use something.
    Deprecation,
    /// Descriptions.
    Words,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scope => "path scope",
            Self::Api => "API",
            Self::Operation => "operation",
            Self::Method => "HTTP method",
            Self::UpstreamId => "upstream id",
            Self::Parameter => "parameter",
            Self::Body => "body",
            Self::File => "file",
            Self::Response => "response",
            Self::ErrorStatus => "error status",
            Self::Type => "type",
            Self::Property => "property",
            Self::EnumValue => "enum value",
            Self::Form => "form",
            Self::Constructor => "constructor",
            Self::OauthScope => "OAuth scope",
            Self::Clouds => "clouds",
            Self::RateLimit => "rate limit",
            Self::Paging => "paging",
            Self::Repeating => "repeating",
            Self::Deprecation => "deprecation",
            Self::Words => "description",
        })
    }
}

/// What programs notice of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Nothing: documentation, and what errors and tables say.
    None,
    /// Something new can be used.
    Addition,
    /// They compile and act differently.
    Behaviour,
    /// Those that use it do not compile any more.
    Breaking,
}

impl Effect {
    /// All of them, the strongest first.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Behaviour, Self::Addition, Self::None];

    /// The mark in front of a line.
    #[must_use]
    pub fn mark(self) -> char {
        match self {
            Self::Breaking => '!',
            Self::Behaviour => '~',
            Self::Addition => '+',
            Self::None => '·',
        }
    }

    /// The word for programs that read a report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Behaviour => "behaviour",
            Self::Addition => "addition",
            Self::None => "none",
        }
    }

    /// What the changes with this effect do, for people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Breaking => "breaking: programs that use it do not compile any more",
            Self::Behaviour => "behaviour: programs compile and act differently",
            Self::Addition => "additions",
            Self::None => "without effect: documentation, and what errors and tables say",
        }
    }
}

/// The part of a version that goes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 1.2.3 → 1.2.4
    Patch,
    /// 1.2.3 → 1.3.0
    Minor,
    /// 1.2.3 → 2.0.0
    Major,
}

impl Step {
    /// The step that a change with this effect takes while the version is 0.x: there, the minor number says what breaks.
    #[must_use]
    pub fn before_1(effect: Effect) -> Self {
        match effect {
            Effect::Breaking => Self::Minor,
            Effect::Behaviour | Effect::Addition | Effect::None => Self::Patch,
        }
    }

    /// The step that a change with this effect takes from 1.0 on.
    #[must_use]
    pub fn from_1(effect: Effect) -> Self {
        match effect {
            Effect::Breaking => Self::Major,
            Effect::Behaviour | Effect::Addition => Self::Minor,
            Effect::None => Self::Patch,
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Patch => "patch",
            Self::Minor => "minor",
            Self::Major => "major",
        })
    }
}
