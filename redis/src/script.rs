//! The scripts that the server runs. Each is atomic, and uses the clock of the server.

use std::sync::Arc;

use redis::aio::ConnectionLike;
use redis::{RedisResult, Value};

/// A script.
#[derive(Clone, Debug)]
pub(crate) struct Script(Arc<redis::Script>);

/// A script with its keys and arguments.
pub(crate) struct Invocation {
    script: Script,
    keys: Vec<String>,
    arguments: Vec<String>,
}

impl Script {
    /// Creates a script of these parts.
    pub(crate) fn new(parts: &[&str]) -> Self {
        Self(Arc::new(redis::Script::new(&parts.join("\n"))))
    }

    pub(crate) fn invocation(&self, keys: &[String], arguments: &[&str]) -> Invocation {
        Invocation {
            script: self.clone(),
            keys: keys.to_vec(),
            arguments: arguments.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Invocation {
    /// Runs the script.
    pub(crate) async fn invoke(&self, connection: &mut impl ConnectionLike) -> RedisResult<Value> {
        let mut invocation = self.script.0.prepare_invoke();
        for key in &self.keys {
            invocation.key(key);
        }
        for argument in &self.arguments {
            invocation.arg(argument);
        }
        invocation.invoke_async(connection).await
    }
}
