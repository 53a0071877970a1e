//! Access tokens: one at a time for all clones of a client, asked for once however many calls wait for it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Shared;
use secrecy::SecretString;
use tokio::time::Instant;

use crate::api::auth::types::{CreateTokenBody, Token as Granted};
use crate::client::Client;
use crate::error::{Error, ErrorKind, Result};

/// How long before its end a token is not used for a new call any more.
const MARGIN: Duration = Duration::from_secs(60);
/// How long a token lives whose answer does not say so: Cisco documents one hour.
const DOCUMENTED_LIFE: Duration = Duration::from_secs(3600);

/// An access token and when it ends.
#[derive(Clone)]
pub(crate) struct Token(Arc<Inner>);

struct Inner {
    secret: SecretString,
    usable_until: Instant,
}

impl Token {
    fn new(granted: Granted) -> Option<Self> {
        let life = granted
            .expires_in
            .and_then(|seconds| u64::try_from(seconds).ok())
            .map_or(DOCUMENTED_LIFE, Duration::from_secs);
        // A token that lives for less than the margin is still good for something.
        let margin = MARGIN.min(life / 2);
        Some(Self(Arc::new(Inner {
            secret: granted
                .access_token
                .filter(|token| !token.is_empty())?
                .into(),
            usable_until: Instant::now() + (life - margin),
        })))
    }

    pub(crate) fn secret(&self) -> &SecretString {
        &self.0.secret
    }
}

type Acquisition = Shared<Pin<Box<dyn Future<Output = Result<Token>> + Send>>>;

/// The token of a client and all its clones.
#[derive(Default)]
pub(crate) struct Tokens {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Token>,
    under_way: Option<Acquisition>,
    /// The service refused the credentials: asking again would not help.
    refused: Option<Error>,
}

impl Tokens {
    /// A token that is good for a call now.
    pub(crate) async fn get(&self, client: &Client) -> Result<Token> {
        let acquisition = {
            let mut state = self.state();
            if let Some(error) = &state.refused {
                return Err(error.clone());
            }
            let now = Instant::now();
            if let Some(token) = state
                .current
                .as_ref()
                .filter(|token| token.0.usable_until > now)
            {
                return Ok(token.clone());
            }
            state
                .under_way
                .get_or_insert_with(|| acquire(client.clone()).boxed().shared())
                .clone()
        };
        let result = acquisition.clone().await;
        let mut state = self.state();
        // The first of those who waited keeps the result; for the others it is done.
        if state
            .under_way
            .as_ref()
            .is_some_and(|known| known.ptr_eq(&acquisition))
        {
            state.under_way = None;
            match &result {
                Ok(token) => state.current = Some(token.clone()),
                Err(error) if error.kind() == ErrorKind::Authentication => {
                    state.refused = Some(error.clone());
                }
                Err(_) => {}
            }
        }
        result
    }

    /// Throws a token away that the service rejected, unless a newer one is there already.
    pub(crate) fn discard(&self, token: &Token) {
        let mut state = self.state();
        if state
            .current
            .as_ref()
            .is_some_and(|current| Arc::ptr_eq(&current.0, &token.0))
        {
            state.current = None;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing that holds the lock can panic half way through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks for a token.
async fn acquire(client: Client) -> Result<Token> {
    let body = CreateTokenBody::new("client_credentials");
    let answer = client.auth().create_token(&body).send().await?;
    let operation = &crate::api::auth::operations::CREATE_TOKEN;
    Token::new(answer.into_inner()).ok_or_else(|| {
        Error::request(
            operation,
            "the answer to the token request has no access token",
        )
    })
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").finish_non_exhaustive()
    }
}
