/// Implements the setters of a fluent builder, which passes them on to the builder in its field `inner`. The table is that of
/// [`members!`](crate::members!), headed by the fluent builder and the structure whose fields the documentation links to.
///
/// ```
/// use connect_protocol::{fluent_members, members};
///
/// #[derive(Debug)]
/// pub struct Input {
///     pub token: Option<String>,
/// }
///
/// #[derive(Debug, Default)]
/// pub struct InputBuilder {
///     token: Option<String>,
/// }
///
/// members!(Input, InputBuilder {
///     optional string token set_token get_token "Token";
/// });
///
/// #[derive(Debug, Default)]
/// pub struct FluentBuilder {
///     inner: InputBuilder,
/// }
///
/// fluent_members!(FluentBuilder, Input {
///     optional string token set_token get_token "Token";
/// });
///
/// assert_eq!(FluentBuilder::default().token("t").get_token().as_deref(), Some("t"));
/// ```
#[macro_export]
macro_rules! fluent_members {
    ($fluent:ident, $structure:ident {
        $($presence:ident $kind:ident $(($($type:tt)*))? $name:ident $set:ident $get:ident $wire:literal;)*
    }) => {
        #[allow(deprecated)]
        impl $fluent {
            $($crate::__inner_setters!($kind ($($($type)*)?) $name $set $get
                concat!("[`", $wire, "`](field@", stringify!($structure), "::", stringify!($name), ")."));)*
        }
    };
}

/// The setters of one member in a builder with an `inner` builder.
#[doc(hidden)]
#[macro_export]
macro_rules! __inner_setters {
    (string () $name:ident $set:ident $get:ident $doc:expr) => {
        /// Sets
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: impl ::std::convert::Into<::std::string::String>) -> Self {
            self.inner = self.inner.$name(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<::std::string::String>) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::string::String> {
            self.inner.$get()
        }
    };
    (boxed ($type:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Sets
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: $type) -> Self {
            self.inner = self.inner.$name(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<::std::boxed::Box<$type>>) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::boxed::Box<$type>> {
            self.inner.$get()
        }
    };
    (list (string) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Appends an item to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: impl ::std::convert::Into<::std::string::String>) -> Self {
            self.inner = self.inner.$name(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<::std::vec::Vec<::std::string::String>>,
        ) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::vec::Vec<::std::string::String>> {
            self.inner.$get()
        }
    };
    (list ($type:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Appends an item to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: $type) -> Self {
            self.inner = self.inner.$name(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<::std::vec::Vec<$type>>) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::vec::Vec<$type>> {
            self.inner.$get()
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
            self.inner = self.inner.$name(k, v);
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
            self.inner = self.inner.$set(input);
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
            self.inner.$get()
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
            self.inner = self.inner.$name(k, v);
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
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(
            &self,
        ) -> &::std::option::Option<::std::collections::HashMap<::std::string::String, $value>> {
            self.inner.$get()
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
            self.inner = self.inner.$name(k, v);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<::std::collections::HashMap<$key, ::std::string::String>>,
        ) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(
            &self,
        ) -> &::std::option::Option<::std::collections::HashMap<$key, ::std::string::String>> {
            self.inner.$get()
        }
    };
    (map ($key:ty, $value:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Adds an entry to
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, k: $key, v: $value) -> Self {
            self.inner = self.inner.$name(k, v);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(
            mut self,
            input: ::std::option::Option<::std::collections::HashMap<$key, $value>>,
        ) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<::std::collections::HashMap<$key, $value>> {
            self.inner.$get()
        }
    };
    // `copy` and `value`, which differ for accessors only.
    ($kind:ident ($type:ty) $name:ident $set:ident $get:ident $doc:expr) => {
        /// Sets
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $name(mut self, input: $type) -> Self {
            self.inner = self.inner.$name(input);
            self
        }

        /// Sets or clears
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $set(mut self, input: ::std::option::Option<$type>) -> Self {
            self.inner = self.inner.$set(input);
            self
        }

        /// What was set for
        #[cfg_attr(doc, doc = $doc)]
        #[inline]
        pub fn $get(&self) -> &::std::option::Option<$type> {
            self.inner.$get()
        }
    };
}
