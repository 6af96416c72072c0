/// Implements a structure's accessors and its builder: the type with its setters, `builder()` of the structure, and `build()`. It does so
/// from one line per member:
///
/// ```text
/// PRESENCE KIND NAME SET_NAME GET_NAME "WireName";
/// PRESENCE KIND NAME SET_NAME GET_NAME "WireName" = DEFAULT;
/// ```
///
/// `optional` members are `Option` in the structure, `required` ones are not; the builder has `Option` for all. The kinds:
///
/// | kind | the builder's field | accessor of an optional, of a required member | setter `x` |
/// |---|---|---|---|
/// | `string` | `Option<String>` | `Option<&str>`, `&str` | `impl Into<String>` |
/// | `copy(T)` | `Option<T>` | `Option<T>`, `T` | `T` |
/// | `value(T)` | `Option<T>` | `Option<&T>`, `&T` | `T` |
/// | `boxed(T)` | `Option<Box<T>>` | `Option<&T>`, `&T` | `T` |
/// | `list(T)` | `Option<Vec<T>>` | `&[T]`, `&[T]` | one `T` more |
/// | `map(K, V)` | `Option<HashMap<K, V>>` | `Option<&HashMap<K, V>>`, `&HashMap<K, V>` | one `K` and `V` more |
///
/// `string` as the `T` of a list, or as `K` or `V` of a map, is a `String` whose setter takes `impl Into<String>`.
///
/// Between structure and table stand the builder, what it derives, and what `build()` returns: the structure (`plain`) or a result of
/// it (`result`: a required member without a default may be missing). A structure that is an `output` has a request ID, an `error`
/// has metadata. An input names its fluent builder: that gets the same setters, which pass their values on to its field `inner`.
///
/// ```
/// use connect_protocol::builder;
/// use std::collections::HashMap;
///
/// #[derive(Debug)]
/// pub struct Contact {
///     /// The contact's ID.
///     pub id: String,
///     /// Seconds in the queue.
///     pub waited: i32,
///     /// Labels.
///     pub labels: Option<Vec<String>>,
///     /// Attributes.
///     pub attributes: Option<HashMap<String, String>>,
/// }
///
/// #[derive(Debug, Default)]
/// pub struct Fluent {
///     inner: ContactBuilder,
/// }
///
/// builder!(Contact, ContactBuilder: Clone Debug Default PartialEq => result #[cfg(all())] Fluent {
///     required string id set_id get_id "Id";
///     required copy(i32) waited set_waited get_waited "Waited" = 7;
///     optional list(string) labels set_labels get_labels "Labels";
///     optional map(string, string) attributes set_attributes get_attributes "Attributes";
/// });
///
/// let builder = Contact::builder().id("c-1").labels("new").labels("vip").attributes("k", "v");
/// assert_eq!(builder.get_id().as_deref(), Some("c-1"));
/// let contact = builder.build()?;
/// assert_eq!((contact.id(), contact.waited()), ("c-1", 7));
/// assert_eq!(contact.labels(), ["new", "vip"]);
/// assert_eq!(contact.attributes().map(|it| it["k"].as_str()), Some("v"));
/// assert!(Contact::builder().build().is_err());
/// assert_eq!(Fluent::default().id("c-2").get_id().as_deref(), Some("c-2"));
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
    ($structure:ident, $builder:ident: $($derive:ident)* => $build:ident #[$gate:meta] $fluent:ty {
        $($presence:ident $kind:ident $(($($type:tt)*))? $name:ident $set:ident $get:ident $wire:literal $(= $default:expr)?;)*
    }) => {
        $crate::__builder!($structure $builder [$($derive),*] $build self {} {} {
            $($presence $kind $(($($type)*))? $name $set $get $wire $(= $default)?;)*
        });

        #[$gate]
        #[allow(deprecated)]
        impl $fluent {
            $($crate::__setters!(inner $kind ($($($type)*)?) $name $set $get
                concat!("[`", $wire, "`](field@", stringify!($structure), "::", stringify!($name), ")."));)*
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! __builder {
    ($structure:ident $builder:ident [$($derive:ident),*] $build:ident $self:ident { $($extra_field:tt)* } { $($extra_value:tt)* } {
        $($presence:ident $kind:ident $(($($type:tt)*))? $name:ident $set:ident $get:ident $wire:literal $(= $default:expr)?;)*
    }) => {
        #[allow(deprecated)]
        impl $structure {
            /// A builder without any value set.
            #[inline]
            pub fn builder() -> $builder {
                $builder::default()
            }

            $($crate::__accessor!($presence $kind ($($($type)*)?) $name
                concat!("[`", $wire, "`](field@Self::", stringify!($name), ")."));)*
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

            $($crate::__setters!(own $kind ($($($type)*)?) $name $set $get
                concat!("[`", $wire, "`](field@", stringify!($structure), "::", stringify!($name), ")."));)*
        }
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
        /// A required member is not set. For an operation's input, `send` returns that error, not this method.
        #[inline]
        pub fn build($self) -> ::std::result::Result<$structure, $crate::error::BuildError> {
            ::std::result::Result::Ok($structure { $($fields)* })
        }
    };
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
