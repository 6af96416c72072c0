//! One connection, as threads that block use it.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{FromSql, ToSql, Type};
use tokio_postgres::{Client, Statement};

use super::error::PostgresError;
use crate::StoreError;

pub(super) type Parameters<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Waits on any thread, also where tokio lets nobody block: the connection is on a runtime of its own. Only within the same
/// function of `futures` it panics.
pub(super) fn wait<F: Future>(future: F) -> F::Output {
    futures_executor::block_on(future)
}

/// A connection with the statements that it has prepared.
pub(super) struct Session {
    client: Client,
    statements: RefCell<HashMap<String, Statement>>,
    may_write: bool,
    /// Whether something failed that may go well another time.
    may_pass: Cell<bool>,
    /// Whether it is not known what comes next on the connection.
    is_broken: Cell<bool>,
}

impl Session {
    pub(super) fn new(client: Client, may_write: bool) -> Self {
        Self {
            client,
            statements: RefCell::default(),
            may_write,
            may_pass: Cell::new(false),
            is_broken: Cell::new(false),
        }
    }

    /// Whether another transaction may use it.
    pub(super) fn is_usable(&self) -> bool {
        !self.client.is_closed() && !self.is_broken.get()
    }

    /// Whether something failed that may go well another time.
    pub(super) fn may_pass(&self) -> bool {
        self.may_pass.get()
    }

    /// Statements without parameters.
    pub(super) fn batch(&self, statements: &str) -> Result<(), StoreError> {
        self.noted(wait(self.client.batch_execute(statements)))
    }

    /// The same without waiting for an answer, which what comes next on the connection implies.
    pub(super) fn send(&self, statements: &str) -> Result<(), StoreError> {
        let answer = pin!(self.client.batch_execute(statements));
        match answer.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => self.noted(answer),
            Poll::Pending => Ok(()),
        }
    }

    pub(super) fn execute(&self, sql: &str, with: Parameters<'_>) -> Result<(), StoreError> {
        let statement = self.prepare(sql)?;
        self.noted(wait(self.client.execute(&statement, with)))
            .map(drop)
    }

    pub(super) fn all(&self, sql: &str, with: Parameters<'_>) -> Result<Vec<Row>, StoreError> {
        let statement = self.prepare(sql)?;
        let rows = self.noted(wait(self.client.query(&statement, with)))?;
        Ok(rows.into_iter().map(Row).collect())
    }

    pub(super) fn one(&self, sql: &str, with: Parameters<'_>) -> Result<Row, StoreError> {
        let statement = self.prepare(sql)?;
        self.noted(wait(self.client.query_one(&statement, with)))
            .map(Row)
    }

    pub(super) fn maybe(&self, sql: &str, with: Parameters<'_>) -> Result<Option<Row>, StoreError> {
        let statement = self.prepare(sql)?;
        let row = self.noted(wait(self.client.query_opt(&statement, with)))?;
        Ok(row.map(Row))
    }

    /// Writes rows of these types by a statement that copies them from its input.
    pub(super) fn copy<'a, const N: usize>(
        &self,
        sql: &str,
        types: &[Type; N],
        rows: impl Iterator<Item = [Box<dyn ToSql + Sync + 'a>; N]>,
    ) -> Result<(), StoreError> {
        let statement = self.prepare(sql)?;
        let copied = wait(async {
            let sink = self.client.copy_in(&statement).await?;
            let mut writer = pin!(BinaryCopyInWriter::new(sink, types));
            for row in rows {
                writer
                    .as_mut()
                    .write(&row.each_ref().map(|value| &**value))
                    .await?;
            }
            writer.finish().await
        });
        // An error before the input makes the server answer twice.
        self.is_broken.set(self.is_broken.get() || copied.is_err());
        self.noted(copied).map(drop)
    }

    fn prepare(&self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.borrow().get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.noted(wait(self.client.prepare(sql)))?;
        let mut statements = self.statements.borrow_mut();
        // Searches have no end of forms.
        if statements.len() >= 100 {
            statements.clear();
        }
        statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }

    fn noted<T>(&self, result: Result<T, tokio_postgres::Error>) -> Result<T, StoreError> {
        let error = match result {
            Ok(value) => return Ok(value),
            Err(error) => PostgresError::from(error),
        };
        let is_ours = error.code() == Some(&SqlState::READ_ONLY_SQL_TRANSACTION) && !self.may_write;
        if error.may_pass() && !is_ours {
            self.may_pass.set(true);
        }
        if !error.is_of_statement() {
            self.is_broken.set(true);
        }
        Err(StoreError::Postgres(error))
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
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\0', '\u{ffff}']) {
        return text.into();
    }
    let escaped = text.replace('\u{ffff}', "\u{ffff}1");
    escaped.replace('\0', "\u{ffff}0").into()
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
            assert_eq!(unescape(escape(text).into_owned()), text);
        }
    }
}
