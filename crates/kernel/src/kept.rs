//! What a domain keeps in memory for as long as the server lives: limits, turns, tokens that were got. By its type, because
//! the kernel knows no domain.
//!
//! What must stay true: nothing that is kept here is needed for the truth; whoever starts anew, or is another replica, does
//! the same work once more. The tempting alternative is a static of the process, which two servers in one test would share.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// One value of each type that was asked for.
#[derive(Default)]
pub struct Kept(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Kept {
    /// The value of this type, made when it is first asked for.
    #[must_use]
    pub fn get<T: Default + Send + Sync + 'static>(&self) -> Arc<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::default()));
        // What lies under a type's id is of that type.
        Arc::clone(entry).downcast().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[test]
    fn each_type_has_one_value_for_each_server() {
        let (server, other) = (Kept::default(), Kept::default());
        server.get::<AtomicU32>().store(7, Ordering::SeqCst);
        assert_eq!(server.get::<AtomicU32>().load(Ordering::SeqCst), 7);
        assert_eq!(other.get::<AtomicU32>().load(Ordering::SeqCst), 0);
        assert!(server.get::<Mutex<String>>().lock().unwrap().is_empty());
    }
}
