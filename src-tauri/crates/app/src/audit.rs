//! The audit log: looking at it, and carrying its end away signed, so that a tail that was cut off shows.

use std::path::Path;

use feeds::bundle::PublicKey;
use import::File;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};

use crate::{Failure, Result, Session, intelligence::signing_key, reports, view};

/// What the file with the end of a log is.
const SCHEMA: &str = "plumbline-audit-head/1";

/// The end of a log as it was carried away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// `plumbline-audit-head/1`.
    pub schema: String,
    /// The store's id.
    pub store: String,
    /// Number of the last row.
    pub rows: i64,
    /// Its hash, which holds all rows before it.
    pub hash: String,
    /// When it was carried away, RFC 3339.
    pub at: String,
    /// The public key of the place.
    pub key: PublicKey,
    /// Its signature over everything above.
    pub signature: String,
}

impl Head {
    fn signed_words(&self) -> String {
        [&self.schema, &self.store, &self.rows.to_string(), &self.hash, &self.at, &self.key.to_string()]
            .map(String::as_str)
            .join("\n")
    }

    /// Reads the end of a log and checks its signature; else what is wrong with it.
    pub(crate) fn read(text: &[u8]) -> std::result::Result<Head, String> {
        let head: Head =
            serde_json::from_slice(text).map_err(|error| format!("this is no end of a log ({error})"))?;
        if head.schema != SCHEMA {
            return Err(format!("{:?} is none that is known here", head.schema));
        }
        if !head.key.signed_text(&head.signed_words(), &head.signature) {
            return Err("the signature is not that of the key in it; the file was changed".to_owned());
        }
        Ok(head)
    }
}

impl Session {
    /// A slice of the rows in which all words of a text occur, newest first, with the state of the whole chain.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn audit(&self, text: &str, offset: u32, limit: u32) -> Result<view::AuditPage> {
        let store = self.store()?;
        let chain = store.audit_chain()?;
        let (rows, total) = store.audit_search(text, offset, limit)?;
        let moments = || rows.iter().map(|entry| entry.at.as_str());
        let (from, to) = (moments().min().unwrap_or_default(), moments().max().unwrap_or_default());
        let standing: FxHashMap<[String; 3], i64> = store.standing_changes(from, to)?.into_iter().collect();
        let rows = rows
            .into_iter()
            .map(|entry| view::AuditRow {
                change: standing.get(&[entry.at.clone(), entry.actor.clone(), entry.action.clone()]).copied(),
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
            total: u32::try_from(total).unwrap_or(u32::MAX),
            all: u32::try_from(chain.rows).unwrap_or(u32::MAX),
            intact: chain.is_intact(),
            first_broken: chain.first_broken,
            head: chain.head,
            rows,
        })
    }

    /// The end of the log, signed by this place's key.
    ///
    /// # Errors
    /// `store_damaged` when the chain is broken: a signature would make it look sound.
    pub(crate) fn signed_head(&self) -> Result<Head> {
        let store = self.store()?;
        let chain = store.audit_chain()?;
        if let Some(row) = chain.first_broken {
            return Err(Failure::new("store_damaged", format!("the log is broken at row {row}"))
                .advice("Compare it with a backup; nothing was written."));
        }
        let key = signing_key(&self.place())?;
        let mut head = Head {
            schema: SCHEMA.to_owned(),
            store: store.get("id")?.unwrap_or_default(),
            rows: i64::try_from(chain.rows).unwrap_or(i64::MAX),
            hash: chain.head,
            at: self.now().to_string(),
            key: key.public(),
            signature: String::new(),
        };
        head.signature = key.sign_text(&head.signed_words());
        Ok(head)
    }

    /// Writes the end of the log, signed, into a file to be kept elsewhere.
    ///
    /// # Errors
    /// `store_damaged` when the chain is broken.
    pub fn export_head(&self, file: &Path) -> Result<Head> {
        let head = self.signed_head()?;
        let text = serde_json::to_string_pretty(&head)
            .map_err(|error| Failure::new("internal", error.to_string()))?;
        reports::write(file, text.as_bytes())?;
        Ok(head)
    }

    /// Whether the log still holds what was carried away: `None` when it does, else what is wrong.
    ///
    /// # Errors
    /// `bad_input` when the file is none, or its signature is not its key's.
    pub fn holds_head(&self, file: &File) -> Result<(Head, Option<String>)> {
        let head = Head::read(file.bytes()?)
            .map_err(|what| Failure::new("bad_input", what).at(file.name.clone()))?;
        let store = self.store()?;
        let fault = if store.get("id")?.unwrap_or_default() != head.store {
            Some("it is of another store".to_owned())
        } else {
            match store.audit_hash(head.rows)? {
                None => Some(format!("row {} and perhaps others behind it were cut off", head.rows)),
                Some(hash) if hash != head.hash => {
                    Some(format!("row {} or one before it was written anew", head.rows))
                }
                Some(_) => None,
            }
        };
        Ok((head, fault))
    }
}
