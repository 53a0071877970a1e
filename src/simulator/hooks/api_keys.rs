//! API keys: the secret in a response, for which tokens are then issued.

use serde_json::Value;

use crate::simulator::faker;
use crate::simulator::handlers::Call;
use crate::simulator::http::response::JsonResponse;
use crate::simulator::tokens::Key;

/// Returns the key in a response with a secret: a new key, or an old one with a new secret.
pub(crate) fn new_key(
    call: &Call<'_>,
    response: &mut JsonResponse,
    turn: u64,
) -> Option<(String, Key)> {
    if !matches!(
        call.operation().id.as_str(),
        "create_api_key" | "refresh_api_key"
    ) {
        return None;
    }
    let key = response.body.as_mut()?.get_mut("key")?.as_object_mut()?;
    let secret = faker::secret(call.env.rng.fork("api key").fork_at(turn));
    key.insert("clientSecret".to_owned(), Value::from(secret.as_str()));
    let scopes = key["scopes"].as_array().into_iter().flatten();
    let scopes = scopes
        .filter_map(|scope| Some(scope.as_str()?.to_owned()))
        .collect();
    let id = key.get("clientId")?.as_str()?.to_owned();
    let scopes = Some(scopes);
    Some((id, Key { secret, scopes }))
}
