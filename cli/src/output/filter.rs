//! `--jq`: filters in the language of jq.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::Val;
use serde_json::Value;

use crate::failure::{Failure, Result};

type Compiled = jaq_core::compile::Filter<jaq_core::Native<data::JustLut<Val>>>;

/// A compiled jq expression.
pub(super) struct Filter(Compiled);

impl Filter {
    /// Compiles an expression.
    ///
    /// # Errors
    /// When the expression is not valid.
    pub(super) fn parse(expression: &str) -> Result<Self> {
        let invalid = |what: &str| {
            Failure::usage(format!(
                "--jq: `{expression}` is not a valid jq expression: {what}"
            ))
        };
        let program = File {
            code: expression,
            path: (),
        };
        let defs = jaq_core::defs()
            .chain(jaq_std::defs())
            .chain(jaq_json::defs());
        let arena = Arena::default();
        let modules = Loader::new(defs)
            .load(&arena, program)
            .map_err(|_| invalid("it cannot be parsed"))?;
        let funs = jaq_core::funs()
            .chain(jaq_std::funs())
            .chain(jaq_json::funs());
        let compiled = Compiler::default().with_funs(funs).compile(modules);
        compiled.map(Self).map_err(|errors| {
            let names = errors.iter().flat_map(|(_, errors)| errors);
            let names: Vec<String> = names.map(|(name, _)| format!("`{name}`")).collect();
            invalid(&format!("{} is not defined", names.join(", ")))
        })
    }

    /// The results of the expression for a value.
    ///
    /// # Errors
    /// When the expression fails.
    pub(super) fn apply(&self, value: &Value) -> Result<Vec<Value>> {
        let failed = |what: String| Failure::usage(format!("--jq: the expression failed: {what}"));
        let text = serde_json::to_vec(value).map_err(|error| failed(error.to_string()))?;
        let input =
            jaq_json::read::parse_single(&text).map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<data::JustLut<Val>>::new(&self.0.lut, Vars::new([]));
        self.0
            .id
            .run((context, input))
            .map(unwrap_valr)
            .map(|result| {
                let result = result.map_err(|error| failed(error.to_string()))?;
                serde_json::from_str(&result.to_string())
                    .map_err(|error| failed(format!("the result is not JSON: {error}")))
            })
            .collect()
    }
}
