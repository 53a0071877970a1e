//! The example of each operation: the call that its documentation shows, and that the conformance suite runs against the simulator.
//!
//! The values are the `example`s of the document. A value without an example is a placeholder of its type: the first value of an
//! enumeration, the words of a name.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use proc_macro2::Ident;
use serde_json::{Map, Value as Json};

use crate::argument::{Argument, ParameterLocation};
use crate::emit::{TypeDef, TypeDefs};
use crate::enumeration;
use crate::names;
use crate::object::FieldType;
use crate::rust_type::{element, simple_name};
use crate::types::{Shape, Type, Union};
use crate::{Error, Result};

/// The maximum depth of a value; deeper values are defaults.
const MAX_DEPTH: usize = 8;

/// The maximum width of a line.
const WIDTH: usize = 80;

/// The types that values are written in.
pub(crate) struct Types<'a> {
    pub defs: &'a TypeDefs,
    /// The same types as they are described.
    pub described: &'a BTreeMap<String, Type>,
    /// Whether an example that is not a value of its type is an error; otherwise placeholders replace the examples of its call.
    pub is_strict: bool,
}

/// A call of an operation.
pub(crate) struct Call<'a> {
    pub scope: &'a str,
    /// The id of the operation.
    pub operation: &'a str,
    /// The method of the handle of the scope.
    pub method: &'a str,
    /// Its arguments.
    pub positional: &'a [&'a Argument],
    /// The arguments that have setters, as far as the call sets them.
    pub named: &'a [&'a Argument],
    pub has_items: bool,
}

impl Call<'_> {
    /// The call with the names of its arguments, and with the setters of what else it needs.
    fn signature(&self) -> String {
        let arguments = self.positional.iter().map(|argument| {
            let name = &argument.ident;
            match argument.location {
                ParameterLocation::Json | ParameterLocation::Form => format!("&{name}"),
                _ => name.to_string(),
            }
        });
        let arguments = arguments.collect::<Vec<_>>().join(", ");
        let setters = self.named.iter().filter(|argument| argument.required);
        let setters = setters.map(|Argument { ident, .. }| format!(".{ident}({ident})"));
        let (scope, method) = (self.scope, self.method);
        let setters: String = setters.collect();
        format!("client.{scope}().{method}({arguments}){setters}")
    }
}

/// The example of a call.
pub(crate) struct Example {
    scope: String,
    /// The id of the operation.
    operation: String,
    method: String,
    /// The call with the names of its arguments.
    signature: String,
    code: String,
}

/// A method of the handle of a scope, for documentation.
#[derive(Clone, Debug)]
pub struct Method {
    /// The id of its operation.
    pub operation: String,
    /// The call with the names of what it needs: `client.policies().get_access_rule(rule_id)`.
    pub signature: String,
    /// The example of the call, in Rust.
    pub example: String,
}

impl From<Example> for Method {
    fn from(example: Example) -> Self {
        Self {
            operation: example.operation,
            signature: example.signature,
            example: example.code,
        }
    }
}

/// The setter of an argument.
fn setter(argument: &Argument, types: &Types<'_>, example: Option<&Json>) -> Result<Expression> {
    let name = argument.ident.to_string();
    let mut values = Vec::new();
    if !argument.is_flag() {
        let value = Value::new(types, &name);
        values.push(value.converted(&argument.ty, example)?);
    }
    Ok(Expression::call(format!(".{name}"), values))
}

impl Example {
    /// Writes the call.
    ///
    /// # Errors
    /// When an `example` of the document is not a value of its type.
    pub(crate) fn new(call: &Call<'_>, types: &Types<'_>) -> Result<Self> {
        match Self::with(call, types, |argument| argument.example.as_ref()) {
            Err(_) if !types.is_strict => Self::with(call, types, |_| None),
            written => written,
        }
    }

    fn with<'a>(
        call: &Call<'a>,
        types: &Types<'_>,
        example: impl Fn(&'a Argument) -> Option<&'a Json>,
    ) -> Result<Self> {
        let mut code = String::new();
        if call.has_items {
            code.push_str("use futures_util::TryStreamExt as _;\n\n");
        }
        let mut arguments = Vec::new();
        for argument in call.positional {
            let name = argument.ident.to_string();
            let value = Value::new(types, &name);
            let example = example(argument);
            arguments.push(match argument.location {
                ParameterLocation::Json | ParameterLocation::Form => {
                    let body = value.body(&argument.ty, example)?;
                    code.push_str(&format!(
                        "let body = {};\n",
                        body.show(0, "let body = ;".len())
                    ));
                    Expression::atom("&body")
                }
                _ => value.converted(&argument.ty, example)?,
            });
        }
        let mut chain = vec![
            Expression::call(format!(".{}", call.scope), Vec::new()),
            Expression::call(format!(".{}", call.method), arguments),
        ];
        for argument in call.named {
            chain.push(setter(argument, types, example(argument))?);
        }
        let (result, last): (_, &[&str]) = match call.has_items {
            true => (
                "let items: Vec<_> = ",
                &[".items()", ".try_collect()", ".await?"],
            ),
            false => ("let response = ", &[".send()", ".await?"]),
        };
        chain.extend(last.iter().copied().map(Expression::atom));
        let request = Expression {
            chain,
            ..Expression::atom("client")
        };
        code.push_str(result);
        code.push_str(&request.show(0, result.len() + 1));
        code.push(';');
        Ok(Self {
            scope: call.scope.to_owned(),
            operation: call.operation.to_owned(),
            method: call.method.to_owned(),
            signature: call.signature(),
            code,
        })
    }

    /// The example in Markdown.
    pub(crate) fn documentation(&self) -> String {
        let Self { scope, code, .. } = self;
        format!(
            "\n# Example\n```no_run\n\
             # #[allow(unused_imports, deprecated)]\n\
             # use cisco_secure_access::api::{scope}::types::*;\n\
             # #[allow(deprecated)]\n\
             # async fn example(client: cisco_secure_access::Client) -> Result<(), Box<dyn std::error::Error>> {{\n\
             {code}\n\
             # Ok(())\n# }}\n```\n"
        )
    }
}

/// A module with a function for each example, which has the same code, and a table of them.
pub(crate) fn module(scope: &str, examples: &[Example]) -> String {
    let functions = examples.iter().map(|example| {
        let Example { method, code, .. } = example;
        format!(
            "async fn {method}(client: cisco_secure_access::Client) -> Result<(), Box<dyn std::error::Error>> {{\n\
             {code}\n\
             Ok(())\n}}\n"
        )
    });
    let functions: String = functions.collect();
    let entries = examples.iter().map(|example| {
        let Example { method, .. } = example;
        format!("(\"{scope}::{method}\", |client| Box::pin({method}(client))),\n")
    });
    let entries: String = entries.collect();
    format!(
        "#[allow(deprecated, missing_docs, unused_imports, unused_variables)]\npub mod {scope} {{\n\
         use cisco_secure_access::api::{scope}::types::*;\n\n\
         {functions}\n\
         pub static EXAMPLES: &[(&str, super::Example)] = &[\n{entries}];\n}}\n"
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

    fn list(open: &str, parts: Vec<Self>) -> Self {
        Self {
            open: open.to_owned(),
            parts,
            close: "]",
            chain: Vec::new(),
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

    /// Writes the expression at an indentation, with this number of other characters on its first line.
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
        // A list that is the only argument is written between the parentheses.
        if let [list] = self.parts.as_slice()
            && list.close == "]"
        {
            let list = list.show(indent, beside + self.open.len() + self.close.len());
            return format!("{}{list}{}", self.open, self.close);
        }
        let parts: String = self
            .parts
            .iter()
            .map(|part| format!("{:inner$}{},\n", "", part.show(inner, 1)))
            .collect();
        format!("{}\n{parts}{:indent$}{}", self.open, "", self.close)
    }
}

/// A value to write: its name, and its depth.
#[derive(Clone, Copy)]
struct Value<'a> {
    types: &'a Types<'a>,
    name: &'a str,
    depth: usize,
}

impl<'a> Value<'a> {
    fn new(types: &'a Types<'a>, name: &'a str) -> Self {
        Self {
            types,
            name,
            depth: 0,
        }
    }

    fn inside(self, name: &'a str) -> Self {
        Self {
            name,
            depth: self.depth + 1,
            ..self
        }
    }

    /// The error of an example that is not a value of its type.
    fn mismatch(self, expected: &str, example: &Json) -> Error {
        let reason = format!(
            "the example of `{}` is {example}, expected {expected}",
            self.name
        );
        Error::new("", reason)
    }

    /// The example, if it has the expected type, or else the placeholder.
    fn read<T>(
        self,
        example: Option<&Json>,
        expected: &str,
        read: impl Fn(&Json) -> Option<T>,
        placeholder: T,
    ) -> Result<T> {
        match example {
            Some(example) => read(example).ok_or_else(|| self.mismatch(expected, example)),
            None => Ok(placeholder),
        }
    }

    /// The content of a string: the example, or else the name of the value.
    fn text(self, example: Option<&Json>) -> Result<String> {
        let read = |example: &Json| example.as_str().map(str::to_owned);
        self.read(example, "a string", read, names::words(self.name).join(" "))
    }

    /// The elements of a list, or else one placeholder.
    fn list(
        self,
        open: &str,
        example: Option<&Json>,
        item: impl Fn(Self, Option<&Json>) -> Result<Expression>,
    ) -> Result<Expression> {
        let value = self.inside(self.name);
        let parts = match example {
            Some(Json::Array(items)) => items.iter().map(|part| item(value, Some(part))).collect(),
            Some(other) => return Err(self.mismatch("a list", other)),
            None => item(value, None).map(|part| vec![part]),
        };
        Ok(Expression::list(open, parts?))
    }

    /// A body, which is passed by reference.
    fn body(self, ty: &syn::Type, example: Option<&Json>) -> Result<Expression> {
        match (simple_name(ty).as_deref(), element(ty)) {
            (Some("Vec"), Some(ty)) => {
                self.list("[", example, |value, item| value.exact(&ty, item))
            }
            (Some("String"), _) => Ok(Expression::string(&self.text(example)?)),
            _ => self.exact(ty, example),
        }
    }

    /// An expression that is, or converts into, a value of `ty`.
    fn converted(self, ty: &syn::Type, example: Option<&Json>) -> Result<Expression> {
        let name = simple_name(ty).unwrap_or_default();
        match (name.as_str(), element(ty)) {
            ("String" | "SecretString", _) => Ok(Expression::string(&self.text(example)?)),
            ("ReportingTime" | "DateOrTime", _) => {
                let placeholder = match (name.as_str(), self.name) {
                    ("ReportingTime", "from" | "start") => "-1days",
                    ("ReportingTime", _) => "now",
                    (_, "from") => "2026-01-01",
                    _ => "2026-01-31",
                };
                let placeholder = Json::from(placeholder);
                let text = self.text(example.or(Some(&placeholder)))?;
                Ok(Expression::string(&text))
            }
            ("IpAddr", _) => Ok(Expression::atom(self.octets(example)?)),
            ("Upload", _) => self.upload(example),
            // The type of an empty list must be explicit.
            ("Vec", Some(ty)) if example.and_then(Json::as_array).is_some_and(Vec::is_empty) => {
                let ty = quote::quote!(#ty);
                Ok(Expression::call(format!("Vec::<{ty}>::new"), Vec::new()))
            }
            // Elements of one list have one type, so those of a union name their variants.
            ("Vec", Some(ty)) if self.is_union(&ty) => {
                self.list("[", example, |value, item| value.exact(&ty, item))
            }
            ("Vec", Some(ty)) => self.list("[", example, |value, item| value.converted(&ty, item)),
            ("Box", Some(inner)) => self.converted(&inner, example),
            _ if self.types.defs.contains_key(&name) => self.named(&name, example, true),
            _ => self.exact(ty, example),
        }
    }

    /// An expression of type `ty`.
    fn exact(self, ty: &syn::Type, example: Option<&Json>) -> Result<Expression> {
        if self.depth > MAX_DEPTH {
            return Ok(Expression::atom("Default::default()"));
        }
        let name = simple_name(ty).unwrap_or_default();
        match (name.as_str(), element(ty)) {
            ("i64", _) => {
                let number = self.read(example, "an integer", Json::as_i64, 1)?;
                Ok(Expression::atom(number.to_string()))
            }
            ("f64", _) => {
                let number = self.read(example, "a number", Json::as_f64, 1.0)?;
                Ok(Expression::atom(format!("{number:?}")))
            }
            ("bool", _) => {
                let flag = self.read(example, "a boolean", Json::as_bool, true)?;
                Ok(Expression::atom(flag.to_string()))
            }
            ("String", _) => Ok(Expression::atom(format!(
                "{:?}.to_owned()",
                self.text(example)?
            ))),
            ("SecretString", _) => Ok(Expression::atom(format!(
                "{:?}.into()",
                self.text(example)?
            ))),
            ("Value", _) => Ok(Expression::atom(match example {
                Some(example) => format!("serde_json::json!({example})"),
                None => "serde_json::Value::Null".to_owned(),
            })),
            ("IpAddr", _) => {
                let octets = self.octets(example)?;
                Ok(Expression::atom(format!(
                    "std::net::IpAddr::from({octets})"
                )))
            }
            ("DateTime", _) => Ok(Expression::atom(match example {
                Some(_) => format!(
                    "{:?}.parse::<chrono::DateTime<chrono::Utc>>()?",
                    self.text(example)?
                ),
                None => "chrono::Utc::now()".to_owned(),
            })),
            ("Vec", Some(ty)) => self.list("vec![", example, |value, item| value.exact(&ty, item)),
            ("Box" | "Option", Some(inner)) => {
                let inner = self.inside(self.name).exact(&inner, example)?;
                let function = if name == "Box" { "Box::new" } else { "Some" };
                Ok(Expression::call(function, vec![inner]))
            }
            _ => self.named(&name, example, false),
        }
    }

    fn is_union(self, ty: &syn::Type) -> bool {
        let def = simple_name(ty).and_then(|name| self.types.defs.get(&name));
        matches!(def, Some(TypeDef::Union(_)))
    }

    /// A value of a named type, or where `converts`, one that converts into it.
    fn named(self, name: &str, example: Option<&Json>, converts: bool) -> Result<Expression> {
        let described = self.types.described.get(name);
        if let (Some(described), Some(example)) = (described, example) {
            let mut constructors = described.constructors.iter();
            if let Some(call) = constructors.find_map(|constructor| constructor.example(example)) {
                let (function, argument) = call;
                let argument = argument.as_ref().map(literal);
                let function = format!("{name}::{function}");
                return Ok(Expression::call(function, argument.into_iter().collect()));
            }
        }
        match (self.types.defs.get(name), described.map(|ty| &ty.shape)) {
            (Some(TypeDef::Struct(fields)), Some(Shape::Struct(described, _))) => {
                let example = match example {
                    Some(Json::Object(example)) => Some(example),
                    Some(other) => return Err(self.mismatch(&format!("a `{name}`"), other)),
                    None => None,
                };
                let constants = described
                    .iter()
                    .filter_map(|field| Some((field.name.as_str(), field.constant.as_deref()?)));
                self.object(name, fields, &constants.collect(), example)
            }
            (Some(TypeDef::Union(variants)), Some(Shape::Union(union))) => {
                let written = self.variant(name, variants, union, example, converts);
                match (written, example) {
                    (Some(written), _) => Ok(written),
                    (None, Some(example)) => Err(self.mismatch(&format!("a `{name}`"), example)),
                    (None, None) => Ok(Expression::atom("Default::default()")),
                }
            }
            (Some(TypeDef::Enum), Some(shape)) => {
                let values = enumeration::values(shape);
                let variant = |(_, variant): &(Json, _)| format!("{name}::{variant}");
                let known = |example: &Json| {
                    let mut values = values.iter();
                    values.find(|(value, _)| value == example).map(variant)
                };
                let first = values.first().map(variant);
                let placeholder = first.unwrap_or_else(|| "Default::default()".to_owned());
                let expected = format!("a value of `{name}`");
                let written = self.read(example, &expected, known, placeholder)?;
                Ok(Expression::atom(written))
            }
            _ => Ok(Expression::atom("Default::default()")),
        }
    }

    /// The first variant of a union that the example is a value of, among those that its discriminator names.
    fn variant(
        self,
        name: &str,
        variants: &[(Ident, syn::Type)],
        union: &Union,
        example: Option<&Json>,
        converts: bool,
    ) -> Option<Expression> {
        let tag = union.discriminator.as_deref();
        let tag = tag.and_then(|tag| example?.get(tag)?.as_str());
        let is_tagged =
            |names: &[String]| tag.is_some_and(|tag| names.iter().any(|name| name == tag));
        let any_tagged = union
            .variants
            .iter()
            .any(|variant| is_tagged(&variant.names));
        let mut candidates = variants.iter().zip(&union.variants);
        candidates.find_map(|((variant, ty), described)| {
            if any_tagged && !is_tagged(&described.names) {
                return None;
            }
            let value = self.inside(self.name);
            // `From` is there for the first variant of each type.
            let mut others = variants.iter().take_while(|(other, _)| other != variant);
            let is_first = others.all(|(_, other)| simple_name(other) != simple_name(ty));
            let is_plain = !matches!(
                simple_name(ty).as_deref(),
                Some("Entries" | "Value" | "Vec")
            );
            if converts && is_first && is_plain && example.is_some() {
                return value.converted(ty, example).ok();
            }
            let value = value.exact(ty, example).ok()?;
            Some(Expression::call(format!("{name}::{variant}"), vec![value]))
        })
    }

    /// An object with the properties of the example, or else the required ones.
    fn object(
        self,
        name: &str,
        fields: &[FieldType],
        constants: &BTreeMap<&str, &str>,
        example: Option<&Map<String, Json>>,
    ) -> Result<Expression> {
        for (property, value) in example.into_iter().flatten() {
            let is_field = fields.iter().any(|field| field.wire == *property);
            let is_constant = constants
                .get(property.as_str())
                .is_some_and(|known| value == known);
            if !is_field && !is_constant {
                let expected = format!("a property of `{name}`");
                return Err(self.inside(property).mismatch(&expected, value));
            }
        }
        let mut required = Vec::new();
        let mut optional = Vec::new();
        for field in fields {
            let given = example.and_then(|example| example.get(&field.wire));
            if !field.presence.required && given.is_none() {
                continue;
            }
            let inner = self.inside(&field.wire);
            if let (Some(example), None) = (example, given) {
                let example = Json::Object(example.clone());
                let expected = format!("the property `{}`, which is required", field.wire);
                return Err(self.mismatch(&expected, &example));
            }
            let value = match (field.presence.nullable, given) {
                (true, Some(Json::Null)) => Expression::atom("cisco_secure_access::Nullable::Null"),
                (true, _) if !is_string(&field.base) => inner.exact(&field.base, given)?,
                _ => inner.converted(&field.base, given)?,
            };
            let setter = (field.setter().to_string(), value);
            match field.presence.required {
                true => required.push(setter),
                false => optional.push(setter),
            }
        }
        let is_built = required.len() > 1;
        let arguments = match is_built {
            true => Vec::new(),
            false => required.drain(..).map(|(_, value)| value).collect(),
        };
        let setters = required.into_iter().chain(optional);
        let setters =
            setters.map(|(setter, value)| Expression::call(format!(".{setter}"), vec![value]));
        let build = is_built.then(|| Expression::call(".build", Vec::new()));
        let function = if is_built { "builder" } else { "new" };
        Ok(Expression {
            chain: setters.chain(build).collect(),
            ..Expression::call(format!("{name}::{function}"), arguments)
        })
    }

    /// An IPv4 address, as a list of its bytes.
    fn octets(self, example: Option<&Json>) -> Result<String> {
        let read = |example: &Json| example.as_str()?.parse::<Ipv4Addr>().ok();
        let address = self.read(
            example,
            "an IPv4 address",
            read,
            Ipv4Addr::new(192, 0, 2, 1),
        )?;
        Ok(format!("{:?}", address.octets()))
    }

    /// A file: with the content of the example, or else on disk.
    fn upload(self, example: Option<&Json>) -> Result<Expression> {
        let file = Expression::string(&format!("{}.csv", self.name));
        Ok(match example {
            Some(_) => {
                let content = Expression::string(&self.text(example)?);
                Expression::call("cisco_secure_access::Upload::bytes", vec![file, content])
            }
            None => Expression::call("cisco_secure_access::Upload::path", vec![file]),
        })
    }
}

fn is_string(ty: &syn::Type) -> bool {
    matches!(simple_name(ty).as_deref(), Some("String" | "SecretString"))
}

/// The argument of a constructor: a string, or a list of strings or integers.
fn literal(value: &Json) -> Expression {
    match value {
        Json::Array(items) => Expression::list("[", items.iter().map(literal).collect()),
        other => Expression::atom(other.to_string()),
    }
}
