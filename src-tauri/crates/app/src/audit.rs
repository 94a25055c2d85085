//! The audit log.

use crate::{Result, Session, view};

impl Session {
    /// A slice of the log, newest first, with the state of the whole chain.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn audit(&self, offset: u32, limit: u32) -> Result<view::AuditPage> {
        let store = self.store()?;
        let chain = store.audit_chain()?;
        let rows = store
            .audit_log(offset, limit)?
            .into_iter()
            .map(|entry| view::AuditRow {
                seq: entry.seq,
                at: entry.at,
                actor: entry.actor,
                action: entry.action,
                subject: entry.subject,
                detail: entry.detail,
                hash: entry.hash,
            })
            .collect();
        Ok(view::AuditPage {
            total: u32::try_from(chain.rows).unwrap_or(u32::MAX),
            intact: chain.is_intact(),
            first_broken: chain.first_broken,
            head: chain.head,
            rows,
        })
    }
}
