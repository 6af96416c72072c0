/// Implements the accessors of a structure and the setters of its builder, from one line per member:
///
/// ```text
/// PRESENCE KIND NAME SET_NAME GET_NAME "WireName";
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
/// ```
/// use connect_protocol::members;
/// use std::collections::HashMap;
///
/// #[derive(Debug, Default)]
/// pub struct Contact {
///     /// The contact's ID.
///     pub id: String,
///     /// Seconds in the queue.
///     pub waited: Option<i32>,
///     /// Labels.
///     pub labels: Option<Vec<String>>,
///     /// Attributes.
///     pub attributes: Option<HashMap<String, String>>,
/// }
///
/// /// A builder for [`Contact`].
/// #[derive(Debug, Default)]
/// pub struct ContactBuilder {
///     id: Option<String>,
///     waited: Option<i32>,
///     labels: Option<Vec<String>>,
///     attributes: Option<HashMap<String, String>>,
/// }
///
/// members!(Contact, ContactBuilder {
///     required string id set_id get_id "Id";
///     optional copy(i32) waited set_waited get_waited "Waited";
///     optional list(string) labels set_labels get_labels "Labels";
///     optional map(string, string) attributes set_attributes get_attributes "Attributes";
/// });
///
/// let builder = ContactBuilder::default().id("c-1").labels("a").labels("b").attributes("k", "v");
/// assert_eq!(builder.get_id().as_deref(), Some("c-1"));
/// let contact = Contact { id: builder.id.unwrap_or_default(), labels: builder.labels, ..Contact::default() };
/// assert_eq!(contact.id(), "c-1");
/// assert_eq!(contact.labels(), ["a", "b"]);
/// assert_eq!(contact.waited(), None);
/// ```
#[macro_export]
macro_rules! members {
    ($structure:ident, $builder:ident {
        $($presence:ident $kind:ident $(($($type:tt)*))? $name:ident $set:ident $get:ident $wire:literal;)*
    }) => {
        #[allow(deprecated)]
        impl $structure {
            $($crate::__accessor!($presence $kind ($($($type)*)?) $name
                concat!("[`", $wire, "`](field@Self::", stringify!($name), ")."));)*
        }

        #[allow(deprecated)]
        impl $builder {
            $($crate::__setters!($kind ($($($type)*)?) $name $set $get
                concat!("[`", $wire, "`](field@", stringify!($structure), "::", stringify!($name), ")."));)*
        }
    };
}

/// One accessor of [`members!`](crate::members!).
#[doc(hidden)]
#[macro_export]
macro_rules! __accessor {
    (optional string () $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> ::std::option::Option<&str> {
            self.$name.as_deref()
        }
    };
    (required string () $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> &str {
            &self.$name
        }
    };
    (optional copy ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> ::std::option::Option<$type> {
            self.$name
        }
    };
    (required copy ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> $type {
            self.$name
        }
    };
    (optional value ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> ::std::option::Option<&$type> {
            self.$name.as_ref()
        }
    };
    (required value ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> &$type {
            &self.$name
        }
    };
    (optional boxed ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> ::std::option::Option<&$type> {
            self.$name.as_deref()
        }
    };
    (required boxed ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> &$type {
            &self.$name
        }
    };
    ($presence:ident list (string) $name:ident $doc:expr) => {
        $crate::__accessor!($presence list (::std::string::String) $name $doc);
    };
    (optional list ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        ///
        /// Empty where there is none: the field itself distinguishes that from an empty list.
        #[inline]
        pub fn $name(&self) -> &[$type] {
            self.$name.as_deref().unwrap_or_default()
        }
    };
    (required list ($type:ty) $name:ident $doc:expr) => {
        /// The value of
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(&self) -> &[$type] {
            &self.$name
        }
    };
    ($presence:ident map (string, string) $name:ident $doc:expr) => {
        $crate::__accessor!($presence value (::std::collections::HashMap<::std::string::String, ::std::string::String>) $name $doc);
    };
    ($presence:ident map (string, $value:ty) $name:ident $doc:expr) => {
        $crate::__accessor!($presence value (::std::collections::HashMap<::std::string::String, $value>) $name $doc);
    };
    ($presence:ident map ($key:ty, string) $name:ident $doc:expr) => {
        $crate::__accessor!($presence value (::std::collections::HashMap<$key, ::std::string::String>) $name $doc);
    };
    ($presence:ident map ($key:ty, $value:ty) $name:ident $doc:expr) => {
        $crate::__accessor!($presence value (::std::collections::HashMap<$key, $value>) $name $doc);
    };
}

/// The setters of one member in a builder.
#[doc(hidden)]
#[macro_export]
macro_rules! __setters {
    (string () $name:ident $set:ident $get:ident $doc:expr) => {
        /// Sets
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: impl ::std::convert::Into<::std::string::String>) -> Self {
            self.$name = ::std::option::Option::Some(input.into());
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<::std::string::String>) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::string::String> {
            &self.$name
        }
    };
    (boxed ($type:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Sets
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: $type) -> Self {
            self.$name = ::std::option::Option::Some(::std::boxed::Box::new(input));
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<::std::boxed::Box<$type>>) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::boxed::Box<$type>> {
            &self.$name
        }
    };
    (list (string) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Appends an item to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: impl ::std::convert::Into<::std::string::String>) -> Self {
            self.$name.get_or_insert_default().push(input.into());
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::vec::Vec<::std::string::String>> {
            &self.$name
        }
    };
    (list ($type:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Appends an item to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: $type) -> Self {
            self.$name.get_or_insert_default().push(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<::std::vec::Vec<$type>>) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::vec::Vec<$type>> {
            &self.$name
        }
    };
    (map (string, string) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Adds an entry to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(
            mut self,
            k: impl ::std::convert::Into<::std::string::String>,
            v: impl ::std::convert::Into<::std::string::String>,
        ) -> Self {
            self.$name
                .get_or_insert_default()
                .insert(k.into(), v.into());
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<
                ::std::collections::HashMap<::std::string::String, ::std::string::String>,
            >,
        ) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(
            &self,
        ) -> &::std::option::Option<
            ::std::collections::HashMap<::std::string::String, ::std::string::String>,
        > {
            &self.$name
        }
    };
    (map (string, $value:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Adds an entry to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(
            mut self,
            k: impl ::std::convert::Into<::std::string::String>,
            v: $value,
        ) -> Self {
            self.$name.get_or_insert_default().insert(k.into(), v);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<
                ::std::collections::HashMap<::std::string::String, $value>,
            >,
        ) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(
            &self,
        ) -> &::std::option::Option<::std::collections::HashMap<::std::string::String, $value>> {
            &self.$name
        }
    };
    (map ($key:ty, string) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Adds an entry to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(
            mut self,
            k: $key,
            v: impl ::std::convert::Into<::std::string::String>,
        ) -> Self {
            self.$name.get_or_insert_default().insert(k, v.into());
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<::std::collections::HashMap<$key, ::std::string::String>>,
        ) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(
            &self,
        ) -> &::std::option::Option<::std::collections::HashMap<$key, ::std::string::String>> {
            &self.$name
        }
    };
    (map ($key:ty, $value:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Adds an entry to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, k: $key, v: $value) -> Self {
            self.$name.get_or_insert_default().insert(k, v);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<::std::collections::HashMap<$key, $value>>,
        ) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::collections::HashMap<$key, $value>> {
            &self.$name
        }
    };
    // `copy` and `value`, which differ for accessors only.
    ($kind:ident ($type:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Sets
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: $type) -> Self {
            self.$name = ::std::option::Option::Some(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<$type>) -> Self {
            self.$name = input;
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<$type> {
            &self.$name
        }
    };
}
