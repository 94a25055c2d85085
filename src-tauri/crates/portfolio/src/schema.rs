//! The tables' versions. A version once released never changes; a new one is added at the end.

use crate::{Error, Portfolio, Result};

const STEPS: &[&str] = &[include_str!("../migrations/0001_portfolio.sql")];
/// Held while the tables are brought up to date, so that of several programs one does it.
const LOCK: i64 = 0x0070_6c75_6d62;

impl Portfolio {
    /// Brings the tables up to date, in one transaction; makes them where there are none.
    ///
    /// # Errors
    /// [`Error::Newer`], [`Error::Database`] when the user may not.
    pub fn migrate(&mut self) -> Result<()> {
        if self.version()? == STEPS.len() {
            return Ok(());
        }
        let Portfolio { runtime, client } = self;
        runtime.block_on(async {
            let transaction = client.transaction().await?;
            transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
            transaction
                .batch_execute(
                    "CREATE SCHEMA IF NOT EXISTS plumbline;
                     CREATE TABLE IF NOT EXISTS plumbline.migration (version integer PRIMARY KEY, applied timestamptz NOT NULL DEFAULT now())",
                )
                .await?;
            let row = transaction.query_one("SELECT count(*) FROM plumbline.migration", &[]).await?;
            let found = usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX);
            if found > STEPS.len() {
                return Err(Error::Newer);
            }
            for (version, step) in (1_i32..).zip(STEPS).skip(found) {
                transaction.batch_execute(step).await?;
                transaction.execute("INSERT INTO plumbline.migration (version) VALUES ($1)", &[&version]).await?;
            }
            Ok(transaction.commit().await?)
        })
    }

    /// The tables' version; 0 where there are none.
    fn version(&mut self) -> Result<usize> {
        let Portfolio { runtime, client } = self;
        let version = runtime.block_on(async {
            let there =
                client.query_one("SELECT to_regclass('plumbline.migration') IS NOT NULL", &[]).await?;
            if !there.get::<_, bool>(0) {
                return Ok::<_, Error>(0);
            }
            let row = client.query_one("SELECT count(*) FROM plumbline.migration", &[]).await?;
            Ok(usize::try_from(row.get::<_, i64>(0)).unwrap_or(usize::MAX))
        })?;
        if version > STEPS.len() { Err(Error::Newer) } else { Ok(version) }
    }

    /// That the tables are there to be read.
    pub(crate) fn check(&mut self) -> Result<()> {
        // One that is older lacks what is asked for: publishing brings it up to date.
        if self.version()? < STEPS.len() { Err(Error::Empty) } else { Ok(()) }
    }
}
