//! Statements that stay prepared: the same few run for every fact, thousands of times.

use rusqlite::{Connection, Params, Row};

/// Running statements that the connection keeps.
pub(super) trait Statements {
    /// Runs one; answers how many rows changed.
    fn execute_cached(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize>;

    /// The first row of one, as `read` takes it.
    fn query_row_cached<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T>;
}

impl Statements for Connection {
    fn execute_cached(&self, sql: &str, params: impl Params) -> rusqlite::Result<usize> {
        self.prepare_cached(sql)?.execute(params)
    }

    fn query_row_cached<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        self.prepare_cached(sql)?.query_row(params, read)
    }
}
