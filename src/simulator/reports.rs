//! Reports: filled in with the next step.

use super::answer::Answer;
use super::perform::{Call, Refusal};

pub(super) fn answer(_call: &Call<'_>) -> Result<Option<Answer>, Refusal> {
    Ok(None)
}
