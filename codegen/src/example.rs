//! The example in the documentation of each operation: a call with its required arguments, which compiles.

use crate::emit::{TypeDef, TypeDefs};
use crate::names;
use crate::requests::{Argument, ParameterLocation};
use crate::rust_type::{element, simple_name};

/// The maximum depth of a value; deeper values are defaults.
const MAX_DEPTH: usize = 8;

/// The maximum width of a line.
const WIDTH: usize = 80;

/// The example of a call to the method `name` of the handle of `scope`, in Markdown.
pub(crate) fn call(
    scope: &str,
    name: &str,
    positional: &[&Argument],
    named: &[&Argument],
    types: &TypeDefs,
    has_items: bool,
) -> String {
    let mut code = String::new();
    if has_items {
        code.push_str("use futures_util::TryStreamExt as _;\n\n");
    }
    let mut arguments = Vec::new();
    for argument in positional {
        let name = argument.ident.to_string();
        let value = Value {
            types,
            name: &name,
            depth: 0,
        };
        arguments.push(match argument.location {
            ParameterLocation::Json | ParameterLocation::Form => {
                let body = value.body(&argument.ty);
                code.push_str(&format!(
                    "let body = {};\n",
                    body.show(0, "let body = ;".len())
                ));
                Expression::atom("&body")
            }
            _ => value.converted(&argument.ty),
        });
    }
    let setters = named.iter().map(|argument| {
        let name = argument.ident.to_string();
        let value = Value {
            types,
            name: &name,
            depth: 0,
        };
        let value = value.converted(&argument.ty);
        Expression::call(format!(".{name}"), vec![value])
    });
    let request = Expression {
        chain: setters.collect(),
        ..Expression::call(format!("client.{scope}().{name}"), arguments)
    };
    let request = request.show(0, 24);
    code.push_str(&if has_items {
        format!("let items: Vec<_> = {request}\n    .items()\n    .try_collect()\n    .await?;")
    } else {
        format!("let response = {request}.send().await?;")
    });
    format!(
        "\n# Example\n```no_run\n\
         # #[allow(unused_imports, deprecated)]\n\
         # use cisco_secure_access::api::{scope}::types::*;\n\
         # #[allow(deprecated)]\n\
         # async fn example(client: cisco_secure_access::Client) -> cisco_secure_access::Result<()> {{\n\
         {code}\n\
         # Ok(())\n# }}\n```\n"
    )
}

/// An expression that can be broken over lines: an atom, parts between two brackets, or a chain of calls.
struct Expression {
    open: String,
    parts: Vec<Expression>,
    close: &'static str,
    /// Calls of methods, each with its argument.
    chain: Vec<Expression>,
}

impl Expression {
    fn atom(text: impl Into<String>) -> Self {
        Self {
            open: text.into(),
            parts: Vec::new(),
            close: "",
            chain: Vec::new(),
        }
    }

    fn string(words: &str) -> Self {
        Self::atom(format!("{words:?}"))
    }

    fn call(function: impl Into<String>, parts: Vec<Self>) -> Self {
        Self {
            open: function.into() + "(",
            parts,
            close: ")",
            chain: Vec::new(),
        }
    }

    fn list(open: &str, part: Self) -> Self {
        Self {
            open: open.to_owned(),
            parts: vec![part],
            close: "]",
            chain: Vec::new(),
        }
    }

    /// An object of the type `name`, built with setters.
    fn built(name: &str, setters: impl Iterator<Item = (String, Self)>) -> Self {
        let setters = setters.map(|(setter, value)| Self::call(format!(".{setter}"), vec![value]));
        let build = Self::call(".build", Vec::new());
        Self {
            chain: setters.chain([build]).collect(),
            ..Self::call(format!("{name}::builder"), Vec::new())
        }
    }

    fn flat(&self) -> String {
        let chain: String = self.chain.iter().map(Self::flat).collect();
        self.head() + &chain
    }

    /// What is before the chain, on one line.
    fn head(&self) -> String {
        let parts: Vec<_> = self.parts.iter().map(Self::flat).collect();
        format!("{}{}{}", self.open, parts.join(", "), self.close)
    }

    /// The expression at an indentation, with so many characters beside it on its first line.
    fn show(&self, indent: usize, beside: usize) -> String {
        let flat = self.flat();
        let inner = indent + 4;
        if !self.chain.is_empty() && indent + beside + flat.len() > WIDTH {
            let calls = self.chain.iter();
            let calls: String = calls
                .map(|call| format!("\n{:inner$}{}", "", call.show(inner, 0)))
                .collect();
            return format!("{}{calls}", self.head());
        }
        if self.parts.is_empty() || indent + beside + flat.len() <= WIDTH {
            return flat;
        }
        let parts: String = self
            .parts
            .iter()
            .map(|part| format!("{:inner$}{},\n", "", part.show(inner, 1)))
            .collect();
        format!("{}\n{parts}{:indent$}{}", self.open, "", self.close)
    }
}

/// A value to show: its name, and its depth.
#[derive(Clone, Copy)]
struct Value<'a> {
    types: &'a TypeDefs,
    name: &'a str,
    depth: usize,
}

impl<'a> Value<'a> {
    fn inside(self, name: &'a str) -> Self {
        Self {
            name,
            depth: self.depth + 1,
            ..self
        }
    }

    /// The content of a string: the name of the value.
    fn words(self) -> String {
        names::words(self.name).join(" ")
    }

    /// A body, which is passed by reference.
    fn body(self, ty: &syn::Type) -> Expression {
        match (simple_name(ty).as_deref(), element(ty)) {
            (Some("Vec"), Some(item)) => Expression::list("[", self.exact(&item)),
            (Some("String"), _) => Expression::string(&self.words()),
            _ => self.exact(ty),
        }
    }

    /// An expression that is, or converts into, a value of `ty`.
    fn converted(self, ty: &syn::Type) -> Expression {
        match simple_name(ty).as_deref() {
            Some("String" | "SecretString") => Expression::string(&self.words()),
            Some("ReportingTime") => Expression::string(match self.name {
                "from" => "-1days",
                _ => "now",
            }),
            Some("DateOrTime") => Expression::string(match self.name {
                "from" => "2026-01-01",
                _ => "2026-01-31",
            }),
            Some("Upload") => {
                let file = vec![Expression::string("file.csv")];
                Expression::call("cisco_secure_access::Upload::path", file)
            }
            Some("Vec") => match element(ty) {
                Some(item) => Expression::list("[", self.inside(self.name).converted(&item)),
                None => self.exact(ty),
            },
            Some("Box") => match element(ty) {
                Some(inner) => self.converted(&inner),
                None => self.exact(ty),
            },
            _ => self.exact(ty),
        }
    }

    /// An expression of type `ty`.
    fn exact(self, ty: &syn::Type) -> Expression {
        let default = || Expression::atom("Default::default()");
        if self.depth > MAX_DEPTH {
            return default();
        }
        let inner = || element(ty).map(|inner| self.inside(self.name).exact(&inner));
        match simple_name(ty).as_deref() {
            Some("i64") => Expression::atom("1"),
            Some("f64") => Expression::atom("1.0"),
            Some("bool") => Expression::atom("true"),
            Some("String") => Expression::atom(format!("{:?}.to_owned()", self.words())),
            Some("SecretString") => Expression::atom(format!("{:?}.into()", self.words())),
            Some("Value") => Expression::atom("serde_json::Value::Null"),
            Some("IpAddr") => Expression::atom("std::net::IpAddr::from([192, 0, 2, 1])"),
            Some("DateTime") => Expression::atom("chrono::Utc::now()"),
            Some("Vec") => inner().map_or_else(default, |item| Expression::list("vec![", item)),
            Some("Box") => {
                inner().map_or_else(default, |value| Expression::call("Box::new", vec![value]))
            }
            Some("Option") => {
                inner().map_or_else(default, |value| Expression::call("Some", vec![value]))
            }
            Some(name) => match self.types.get(name) {
                Some(TypeDef::Struct(fields)) => {
                    let required = fields.iter().filter(|field| field.presence.required);
                    let required: Vec<_> = required
                        .map(|field| (field, self.inside(&field.wire).converted(&field.base)))
                        .collect();
                    if required.len() < 2 {
                        let arguments = required.into_iter().map(|(_, value)| value).collect();
                        return Expression::call(format!("{name}::new"), arguments);
                    }
                    let setters = required
                        .into_iter()
                        .map(|(field, value)| (field.setter().to_string(), value));
                    Expression::built(name, setters)
                }
                Some(TypeDef::Union(variants)) => match variants.first() {
                    Some((variant, ty)) => {
                        let value = self.inside(self.name).exact(ty);
                        Expression::call(format!("{name}::{variant}"), vec![value])
                    }
                    None => default(),
                },
                Some(TypeDef::Enum(variant)) => Expression::atom(format!("{name}::{variant}")),
                None => default(),
            },
            None => default(),
        }
    }
}
