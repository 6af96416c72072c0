//! A service with canned responses.

use std::sync::{Mutex, PoisonError};

/// One operation of a service under test: keeps its input, returns what was set.
#[derive(Debug)]
pub struct Exchange<I, R> {
    input: Mutex<Option<I>>,
    result: Mutex<Option<R>>,
}

impl<I, R> Default for Exchange<I, R> {
    fn default() -> Self {
        Self {
            input: Mutex::new(None),
            result: Mutex::new(None),
        }
    }
}

impl<I, R> Exchange<I, R> {
    /// Sets what the next call returns.
    pub fn respond_with(&self, result: R) {
        *self.result.lock().unwrap_or_else(PoisonError::into_inner) = Some(result);
    }

    /// A call: keeps its input; `None` if nothing was set.
    pub fn call(&self, input: I) -> Option<R> {
        *self.input.lock().unwrap_or_else(PoisonError::into_inner) = Some(input);
        self.result
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
                        Some(result) => result,
                        None => Err(<$error>::generic($crate::server::not_implemented($operation))),
                    }
                }
            )*
        }
    };
}
