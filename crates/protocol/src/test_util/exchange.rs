//! A service with canned responses.

use std::sync::{Mutex, PoisonError};

/// One operation of a service under test: keeps its input, returns what was set.
#[derive(Debug)]
pub struct Exchange<I, A> {
    input: Mutex<Option<I>>,
    answer: Mutex<Option<A>>,
}

impl<I, A> Default for Exchange<I, A> {
    fn default() -> Self {
        Self {
            input: Mutex::new(None),
            answer: Mutex::new(None),
        }
    }
}

impl<I, A> Exchange<I, A> {
    /// Says what the next call gets.
    pub fn answer_with(&self, answer: A) {
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }

    /// A call: keeps its input; `None` if nothing was set.
    pub fn call(&self, input: I) -> Option<A> {
        *self.input.lock().unwrap_or_else(PoisonError::into_inner) = Some(input);
        self.answer
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// The input of the last call, if there was one.
    pub fn take_input(&self) -> Option<I> {
        self.input
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

/// Implements a generated `Service` by an [`Exchange`] per operation, for a structure that this defines. A row names the method, then the
/// operation's name, input, output and error.
#[macro_export]
macro_rules! exchange_service {
    ($name:ident, $service:path {
        $($method:ident $operation:literal $input:path, $output:path, $error:path;)*
    }) => {
        /// Returns what was set, and keeps its inputs.
        #[derive(Default)]
        pub(crate) struct $name {
            $(pub(crate) $method: $crate::test_util::Exchange<$input, ::std::result::Result<$output, $error>>,)*
        }

        impl $service for $name {
            $(
                async fn $method(&self, input: $input) -> ::std::result::Result<$output, $error> {
                    match self.$method.call(input) {
                        Some(answer) => answer,
                        None => Err(<$error>::generic($crate::server::not_implemented($operation))),
                    }
                }
            )*
        }
    };
}
