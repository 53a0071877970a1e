//! What the tools share: the options of the program, what is permitted, and the client.

use std::sync::OnceLock;

use cisco_secure_access::Client;

use super::guard::Guard;
use crate::failure::Result;
use crate::session::Options;

/// What the tools of one server share.
pub(super) struct Context {
    pub(super) options: Options,
    pub(super) guard: Guard,
    /// The longest value of a result, in bytes of JSON.
    pub(super) max_result_bytes: usize,
    /// Made by the first call, so that an agent without credentials can search, and reads in the result of a call what is missing.
    client: OnceLock<Client>,
}

impl Context {
    pub(super) fn new(options: Options, guard: Guard, max_result_bytes: usize) -> Self {
        Self {
            options,
            guard,
            max_result_bytes,
            client: OnceLock::new(),
        }
    }

    /// The client of all calls.
    ///
    /// # Errors
    /// When there are no credentials, or the configuration is not valid.
    pub(super) fn client(&self) -> Result<Client> {
        if let Some(client) = self.client.get() {
            return Ok(client.clone());
        }
        let client = self.options.client()?;
        Ok(self.client.get_or_init(|| client).clone())
    }
}
