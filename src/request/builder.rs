//! The builder of bodies with more than one required property.

use std::fmt;
use std::marker::PhantomData;

use super::typestate::IsSet;

/// An object under construction. It has a setter for each property. `State` says which required properties are set: `build` needs all of
/// them.
#[must_use = "an object is complete when it is built"]
pub struct Builder<T, State> {
    pub(crate) object: T,
    state: PhantomData<fn() -> State>,
}

impl<T, S> Builder<T, S> {
    #[allow(dead_code, reason = "only some APIs have builders")]
    pub(crate) fn new(object: T) -> Self {
        Self {
            object,
            state: PhantomData,
        }
    }

    /// Returns the complete object.
    #[must_use]
    pub fn build(self) -> T
    where
        S: IsSet,
    {
        self.object
    }
}

// Not derived: a derive would require the same traits of the state.
impl<T: Clone, S> Clone for Builder<T, S> {
    fn clone(&self) -> Self {
        Self::new(self.object.clone())
    }
}

impl<T: fmt::Debug, S> fmt::Debug for Builder<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("object", &self.object)
            .finish()
    }
}
