//! Path templates: `/deployments/v2/sites/{siteId}`.

/// A segment of a path template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// `sites`
    Literal(String),
    /// `{siteId}`, or `{domain}.json` with a suffix.
    Parameter {
        /// The name of the path parameter.
        name: String,
        /// What follows its value.
        suffix: String,
    },
}

impl Segment {
    /// The segments of a path template.
    pub(crate) fn read(path: &str) -> Vec<Self> {
        path.split('/').skip(1).map(Self::of).collect()
    }

    fn of(text: &str) -> Self {
        let parameter = text.strip_prefix('{').and_then(|text| text.split_once('}'));
        match parameter {
            Some((name, suffix)) => Self::Parameter {
                name: name.to_owned(),
                suffix: suffix.to_owned(),
            },
            None => Self::Literal(text.to_owned()),
        }
    }
}

/// The names between braces in a path template, in order.
pub fn placeholders(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|piece| piece.split_once('}').map(|(name, _)| name))
}

/// A path template without the names of its placeholders, which is the same for `/sites/{siteId}` and `/sites/{id}`: `/sites/{}`.
#[must_use]
pub fn path_shape(path: &str) -> String {
    let mut parts = path.split('{');
    let mut shape = parts.next().unwrap_or("").to_owned();
    for part in parts {
        shape.push_str("{}");
        shape.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    shape
}
