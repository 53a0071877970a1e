//! `secure-access token`: an access token for another program.

use std::time::SystemTime;

use serde_json::json;

use crate::failure::Result;
use crate::output::Columns;
use crate::session::Options;

/// Prints an access token, from the cache or the service
#[derive(clap::Args)]
#[command(after_help = "\
Anyone who has the token can make calls until it expires.

Example:
  curl --header \"$(secure-access token --header)\" https://api.sse.cisco.com/deployments/v2/regions")]
pub(crate) struct Arguments {
    /// Prints the header `authorization`, for curl
    #[arg(long)]
    header: bool,
}

impl Arguments {
    /// Prints the token.
    ///
    /// # Errors
    /// When there is none.
    pub(crate) async fn run(self, options: &Options) -> Result<()> {
        let token = options.client()?.access_token().await?;
        let mut printer = options.output.printer(Columns::default())?;
        if self.header {
            let header = format!("authorization: Bearer {}", token.expose_secret());
            return printer.text(&header);
        }
        let lifetime = token.expires_at().duration_since(SystemTime::now());
        printer.document(&json!({
            "access_token": token.expose_secret(),
            "token_type": "bearer",
            "expires_in": lifetime.unwrap_or_default().as_secs(),
        }))
    }
}
