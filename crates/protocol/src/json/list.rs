//! Lists and maps.

use std::collections::HashMap;
use std::hash::Hash;

use super::reader::Mode;
use super::{ReadError, Reader};

impl Reader<'_> {
    /// What a `null` in a list or map that is not sparse means: to a client that there is nothing.
    fn null_entry(&self) -> Result<(), ReadError> {
        match self.mode {
            Mode::Client => Ok(()),
            _ => Err(self.fail("expected a value, not null,")),
        }
    }

    /// Lets a full list grow to what the rest of the text can hold, if that is more entries like those read since
    /// `start`. Entries that are never read get no more space than 31 times those that were.
    fn reserve_entries<T>(&self, list: &mut Vec<T>, start: usize) {
        let entries = list.len();
        if entries == 0 || entries < list.capacity() {
            return;
        }
        let (read, left) = (self.at - start, self.text.len() - self.at);
        let expected = left.saturating_mul(entries) / read.max(1);
        // An eighth more, as entries differ in length.
        list.reserve((expected + expected / 8).clamp(entries, entries * 31));
    }

    /// Reads a list. A client skips nulls in it.
    ///
    /// # Errors
    /// What `read` rejects, under its index; any other value than a list; for a server a `null`.
    pub fn list<T>(
        &mut self,
        read: impl FnMut(&mut Self) -> Result<T, ReadError>,
    ) -> Result<Vec<T>, ReadError> {
        self.list_with(read, || None)
    }

    /// Reads a list that may hold nulls.
    ///
    /// # Errors
    /// What `read` rejects, under its index; any other value than a list.
    pub fn sparse_list<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, ReadError>,
    ) -> Result<Vec<Option<T>>, ReadError> {
        self.list_with(|reader| read(reader).map(Some), || Some(None))
    }

    /// Reads a list whose nulls mean `null()`, if they may be there.
    #[inline]
    pub(super) fn list_with<T>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, ReadError>,
        null: impl Fn() -> Option<T>,
    ) -> Result<Vec<T>, ReadError> {
        let mut list = Vec::new();
        let start = self.at;
        self.items(|reader| {
            reader.reserve_entries(&mut list, start);
            if !reader.null()? {
                list.push(read(reader)?);
            } else if let Some(item) = null() {
                list.push(item);
            } else {
                reader.null_entry()?;
            }
            Ok(())
        })?;
        Ok(list)
    }

    /// Reads a map. A client skips nulls in it. Of a key that comes twice, the last value stays.
    ///
    /// # Errors
    /// What `read` rejects; any other value than an object; for a server a `null`.
    pub fn map<K: for<'s> From<&'s str> + Eq + Hash, V>(
        &mut self,
        read: impl FnMut(&mut Self) -> Result<V, ReadError>,
    ) -> Result<HashMap<K, V>, ReadError> {
        self.map_with(read, || None)
    }

    /// Reads a map that may hold nulls.
    ///
    /// # Errors
    /// What `read` rejects; any other value than an object.
    pub fn sparse_map<K: for<'s> From<&'s str> + Eq + Hash, V>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<V, ReadError>,
    ) -> Result<HashMap<K, Option<V>>, ReadError> {
        self.map_with(|reader| read(reader).map(Some), || Some(None))
    }

    /// Reads a map whose nulls mean `null()`, if they may be there.
    #[inline]
    pub(super) fn map_with<K: for<'s> From<&'s str> + Eq + Hash, V>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<V, ReadError>,
        null: impl Fn() -> Option<V>,
    ) -> Result<HashMap<K, V>, ReadError> {
        let mut map = HashMap::new();
        let members = self.object(|reader, key| {
            if !reader.null()? {
                map.insert(K::from(key), read(reader)?);
            } else if let Some(value) = null() {
                map.insert(K::from(key), value);
            } else {
                reader.null_entry()?;
            }
            Ok(())
        });
        members.map_err(ReadError::mask)?;
        Ok(map)
    }
}
