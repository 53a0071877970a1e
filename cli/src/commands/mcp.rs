//! `secure-access mcp`: a server for agents.

use crate::failure::Result;
use crate::mcp::{Guard, Server};
use crate::session::Options;

/// Serves agents with the Model Context Protocol (MCP) on standard input and output
#[derive(clap::Args)]
#[command(after_help = "\
An agent starts the program and gets four tools: search_operations, describe_operation, call_operation and list_items. It can read, and
change nothing unless --allow-write is set; then it has to repeat the name of what it deletes or replaces. --dry-run returns requests
instead of sending them. The server ends when its standard input is closed.

Example of the configuration of an agent:
  {\"mcpServers\": {\"secure-access\": {\"command\": \"secure-access\", \"args\": [\"mcp\", \"--profile\", \"china\"]}}}")]
pub(crate) struct Arguments {
    /// Lets the agent create, change and delete
    #[arg(long, help_heading = "Safety")]
    allow_write: bool,
    /// Shows secrets in results, instead of `…`
    #[arg(long, help_heading = "Safety")]
    allow_secrets: bool,
    /// Permits the operations of these scopes and APIs alone: policies,network-tunnel-groups
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        help_heading = "Safety"
    )]
    only: Vec<String>,
    /// The longest value of a result, in bytes of JSON
    #[arg(long, value_name = "BYTES", default_value_t = 100_000, value_parser = clap::value_parser!(u32).range(10_000..))]
    max_result_bytes: u32,
}

impl Arguments {
    /// Serves until standard input is closed.
    ///
    /// # Errors
    /// When a name of --only is not known, or the client does not speak the protocol.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let guard = Guard::new(self.allow_write, self.allow_secrets, self.only)?;
        let server = Server::new(options.clone(), guard, self.max_result_bytes as usize);
        server.serve().await
    }
}
