/// Implements what [`members!`](crate::members!) does, and the builder itself: the type, `builder()` of the structure, and `build()`.
///
/// The table is that of `members!`; a `required` member that can do without being set has a default behind it. Between structure and
/// table stand the builder, what it derives, and what `build()` returns: the structure (`plain`) or a result of it
/// (`result`: a required member may be missing). A structure that is an `output` has a request ID, an `error` has metadata.
///
/// ```
/// use connect_protocol::builder;
///
/// #[derive(Debug)]
/// pub struct Contact {
///     /// The contact's ID.
///     pub id: String,
///     /// Seconds in the queue.
///     pub waited: i32,
///     /// Labels.
///     pub labels: Option<Vec<String>>,
/// }
///
/// builder!(Contact, ContactBuilder: Clone Debug Default PartialEq => result {
///     required string id set_id get_id "Id";
///     required copy(i32) waited set_waited get_waited "Waited" = 7;
///     optional list(string) labels set_labels get_labels "Labels";
/// });
///
/// let contact = Contact::builder().id("c-1").labels("new").build()?;
/// assert_eq!((contact.id(), contact.waited(), contact.labels()), ("c-1", 7, &["new".to_owned()][..]));
/// assert!(Contact::builder().build().is_err());
/// # Ok::<(), connect_protocol::error::BuildError>(())
/// ```
#[macro_export]
macro_rules! builder {
    ($structure:ident, $builder:ident: $($derive:ident)* => $build:ident { $($rows:tt)* }) => {
        $crate::__builder!($structure $builder [$($derive),*] $build self {} {} { $($rows)* });
    };
    ($structure:ident, $builder:ident: $($derive:ident)* => $build:ident output { $($rows:tt)* }) => {
        $crate::__builder!($structure $builder [$($derive),*] $build self
            { pub(crate) _request_id: ::std::option::Option<::std::string::String>, }
            { _request_id: self._request_id, }
            { $($rows)* });
    };
    ($structure:ident, $builder:ident: $($derive:ident)* => $build:ident error { $($rows:tt)* }) => {
        $crate::__builder!($structure $builder [$($derive),*] $build self
            { pub(crate) meta: ::std::option::Option<$crate::error::ErrorMetadata>, }
            { meta: self.meta.unwrap_or_default(), }
            { $($rows)* });
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __builder {
    ($structure:ident $builder:ident [$($derive:ident),*] $build:ident $self:ident { $($extra_field:tt)* } { $($extra_value:tt)* } {
        $($presence:ident $kind:ident $(($($type:tt)*))? $name:ident $set:ident $get:ident $wire:literal $(= $default:expr)?;)*
    }) => {
        impl $structure {
            /// A builder without any value set.
            #[inline]
            pub fn builder() -> $builder {
                $builder::default()
            }
        }

        #[doc = concat!("Builds [`", stringify!($structure), "`].")]
        #[derive($($derive),*)]
        #[non_exhaustive]
        pub struct $builder {
            $(pub(crate) $name: ::std::option::Option<$crate::__stored!($kind ($($($type)*)?))>,)*
            $($extra_field)*
        }

        #[allow(deprecated)]
        impl $builder {
            $crate::__build!($build $structure $self {
                $($name: $crate::__built!($presence $self $name $wire $(= $default)?),)*
                $($extra_value)*
            });
        }

        $crate::members!($structure, $builder {
            $($presence $kind $(($($type)*))? $name $set $get $wire;)*
        });
    };
}

/// `build()`, with a result or without.
#[doc(hidden)]
#[macro_export]
macro_rules! __build {
    (plain $structure:ident $self:ident { $($fields:tt)* }) => {
        /// The finished value.
        #[inline]
        pub fn build($self) -> $structure {
            $structure { $($fields)* }
        }
    };
    (result $structure:ident $self:ident { $($fields:tt)* }) => {
        /// The finished value.
        ///
        /// # Errors
        /// A required member is not set. An operation's input reports that when the request is sent, not here.
        #[inline]
        pub fn build($self) -> ::std::result::Result<$structure, $crate::error::BuildError> {
            ::std::result::Result::Ok($structure { $($fields)* })
        }
    };
}

/// The type of a member in a builder, inside of its `Option`.
#[doc(hidden)]
#[macro_export]
macro_rules! __stored {
    (string ()) => { ::std::string::String };
    (copy ($type:ty)) => { $type };
    (value ($type:ty)) => { $type };
    (boxed ($type:ty)) => { ::std::boxed::Box<$type> };
    (list (string)) => { ::std::vec::Vec<::std::string::String> };
    (list ($type:ty)) => { ::std::vec::Vec<$type> };
    (map (string, string)) => { ::std::collections::HashMap<::std::string::String, ::std::string::String> };
    (map (string, $value:ty)) => { ::std::collections::HashMap<::std::string::String, $value> };
    (map ($key:ty, string)) => { ::std::collections::HashMap<$key, ::std::string::String> };
    (map ($key:ty, $value:ty)) => { ::std::collections::HashMap<$key, $value> };
}

/// A structure's field from its builder's.
#[doc(hidden)]
#[macro_export]
macro_rules! __built {
    (optional $self:ident $name:ident $wire:literal) => {
        $self.$name
    };
    (required $self:ident $name:ident $wire:literal = $default:expr) => {
        $self.$name.unwrap_or_else(|| $default)
    };
    (required $self:ident $name:ident $wire:literal) => {
        match $self.$name {
            ::std::option::Option::Some(value) => value,
            ::std::option::Option::None => {
                return ::std::result::Result::Err($crate::error::BuildError::missing_field(
                    stringify!($name),
                    concat!("`", $wire, "` is required"),
                ));
            }
        }
    };
}
