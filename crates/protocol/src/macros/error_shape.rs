/// Implements what an error structure has beside its members: `Display`, `Error` and `ProvideErrorMetadata`, and `meta` and `set_meta` of its
/// builder. Structure and builder have a field `meta`: an `ErrorMetadata`, and an `Option` of one.
///
/// Behind the code stands how the structure holds its message: `optional`, `required`, `sensitive` (not shown) or `none`. The accessor
/// `message()` is one of [`builder!`](crate::builder!).
///
/// ```
/// use connect_protocol::error::{ErrorMetadata, ProvideErrorMetadata};
/// use connect_protocol::error_shape;
///
/// #[derive(Debug)]
/// pub struct NotFound {
///     pub message: Option<String>,
///     meta: ErrorMetadata,
/// }
///
/// #[derive(Debug, Default)]
/// pub struct NotFoundBuilder {
///     message: Option<String>,
///     meta: Option<ErrorMetadata>,
/// }
///
/// error_shape!(NotFound, NotFoundBuilder, "NotFoundException", message: optional);
///
/// let error = NotFound { message: Some("no such contact".to_owned()), meta: ErrorMetadata::default() };
/// assert_eq!(error.to_string(), "NotFoundException: no such contact");
/// assert_eq!(error.code(), Some("NotFoundException"));
/// assert_eq!(ProvideErrorMetadata::message(&error), Some("no such contact"));
/// ```
#[macro_export]
macro_rules! error_shape {
    ($name:ident, $builder:ident, $code:literal, message: $presence:ident) => {
        impl ::std::fmt::Display for $name {
            #[inline]
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                $crate::error::describe(f, $code, $crate::__message!($presence shown self))
            }
        }

        impl ::std::error::Error for $name {}

        impl $crate::error::ProvideErrorMetadata for $name {
            #[inline]
            fn meta(&self) -> &$crate::error::ErrorMetadata {
                &self.meta
            }

            #[inline]
            fn code(&self) -> ::std::option::Option<&str> {
                // An error that was built and not received has no metadata.
                self.meta.code().or(Some($code))
            }

            #[inline]
            fn message(&self) -> ::std::option::Option<&str> {
                self.meta.message().or($crate::__message!($presence held self))
            }
        }

        impl $builder {
            /// Sets code, message and request ID of the response.
            #[inline]
            pub fn meta(mut self, meta: $crate::error::ErrorMetadata) -> Self {
                self.meta = ::std::option::Option::Some(meta);
                self
            }

            /// Sets or clears code, message and request ID of the response.
            #[inline]
            pub fn set_meta(&mut self, meta: ::std::option::Option<$crate::error::ErrorMetadata>) -> &mut Self {
                self.meta = meta;
                self
            }
        }
    };
}

/// An error structure's message: `shown` to people, or `held`.
#[doc(hidden)]
#[macro_export]
macro_rules! __message {
    (optional $use:ident $self:ident) => {
        $self.message.as_deref()
    };
    (required $use:ident $self:ident) => {
        ::std::option::Option::Some($self.message.as_str())
    };
    (sensitive shown $self:ident) => {
        ::std::option::Option::Some("*** Sensitive Data Redacted ***")
    };
    (sensitive held $self:ident) => {
        ::std::option::Option::None
    };
    (none shown $self:ident) => {
        $self.meta.message()
    };
    (none held $self:ident) => {
        ::std::option::Option::None
    };
}
