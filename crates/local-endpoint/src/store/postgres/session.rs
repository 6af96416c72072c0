//! One connection, as threads that block use it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tokio_postgres::types::{FromSql, ToSql};
use tokio_postgres::{Client, Statement};

use crate::StoreError;

pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Waits on any thread, also where tokio lets nobody block: the connection is on a runtime of its own.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    futures_executor::block_on(future)
}

/// A connection with the statements that it has prepared.
pub(super) struct Session {
    client: Client,
    statements: Mutex<HashMap<String, Statement>>,
}

impl Session {
    pub(super) fn new(client: Client) -> Self {
        Self {
            client,
            statements: Mutex::default(),
        }
    }

    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Statements without parameters.
    pub(super) fn batch(&self, statements: &str) -> Result<(), StoreError> {
        Ok(wait(self.client.batch_execute(statements))?)
    }

    pub(super) fn execute(&self, sql: &str, with: Parameters<'_>) -> Result<(), StoreError> {
        let statement = self.prepare(sql)?;
        wait(self.client.execute(&statement, with))?;
        Ok(())
    }

    pub(super) fn all(&self, sql: &str, with: Parameters<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepare(sql)?;
        let rows = wait(self.client.query(&statement, with))?;
        Ok(rows.into_iter().map(Row).collect())
    }

    pub(super) fn one(&self, sql: &str, with: Parameters<'_>) -> Result<Row, StoreError> {
        let statement = self.prepare(sql)?;
        Ok(Row(wait(self.client.query_one(&statement, with))?))
    }

    pub(super) fn maybe(&self, sql: &str, with: Parameters<'_>) -> Result<Option<Row>, StoreError> {
        let statement = self.prepare(sql)?;
        Ok(wait(self.client.query_opt(&statement, with))?.map(Row))
    }

    fn prepare(&self, sql: &str) -> Result<Statement, StoreError> {
        let statements = || {
            let statements = self.statements.lock();
            statements.unwrap_or_else(PoisonError::into_inner)
        };
        if let Some(statement) = statements().get(sql) {
            return Ok(statement.clone());
        }
        let statement = wait(self.client.prepare(sql))?;
        let mut statements = statements();
        // Searches have no end of forms.
        if statements.len() >= 100 {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// What was read.
pub(in crate::store) struct Row(tokio_postgres::Row);

impl Row {
    pub(in crate::store) fn get<'a, T: FromSql<'a>>(
        &'a self,
        column: usize,
    ) -> Result<T, StoreError> {
        Ok(self.0.try_get(column)?)
    }

    /// A number that is not negative.
    pub(in crate::store) fn count(&self, column: usize) -> Result<u64, StoreError> {
        Ok(u64::try_from(self.get::<i64>(column)?).unwrap_or_default())
    }

    /// A text that went in by [`escape`].
    pub(in crate::store) fn text(&self, column: usize) -> Result<String, StoreError> {
        Ok(unescape(self.get(column)?))
    }

    /// A text that went in by [`escape`], if there is one.
    pub(in crate::store) fn maybe_text(&self, column: usize) -> Result<Option<String>, StoreError> {
        Ok(self.get::<Option<String>>(column)?.map(unescape))
    }
}

/// PostgreSQL's texts have no NUL: it becomes two characters, of which the first one stands for nothing else.
pub(super) fn escape(text: &str) -> String {
    text.replace('\u{ffff}', "\u{ffff}1")
        .replace('\0', "\u{ffff}0")
}

fn unescape(text: String) -> String {
    if !text.contains('\u{ffff}') {
        return text;
    }
    text.replace("\u{ffff}0", "\0")
        .replace("\u{ffff}1", "\u{ffff}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_back() {
        for text in [
            "",
            "a",
            "\0",
            "\u{ffff}",
            "\u{ffff}0\0\u{ffff}1",
            "\0\0\u{ffff}\u{ffff}",
        ] {
            assert!(!escape(text).contains('\0'));
            assert_eq!(unescape(escape(text)), text);
        }
    }
}
