//! Whom to believe: the key of the first bundle is remembered, another one later is refused until a person
//! accepts it by its fingerprint.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Error, Fingerprint, PublicKey, Result};

/// A key that is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// Whose it is, for people.
    pub label: String,
    /// When it was first seen.
    pub first_seen: Timestamp,
}

/// The keys that are known. The caller keeps them; they are as good as the place they are kept in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pins(pub Vec<Pin>);

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// It is pinned.
    Known(Pin),
    /// No key is pinned yet.
    FirstUse,
    /// Others are pinned.
    Changed {
        /// Those, never empty.
        pinned: Vec<Pin>,
    },
}

impl Pins {
    /// What is known of a key. Changes nothing.
    pub fn trust(&self, key: &PublicKey) -> Trust {
        let print = key.fingerprint();
        match self.0.iter().find(|pin| pin.fingerprint == print) {
            Some(pin) => Trust::Known(pin.clone()),
            None if self.0.is_empty() => Trust::FirstUse,
            None => Trust::Changed { pinned: self.0.clone() },
        }
    }

    /// Lets a verified bundle's key in or refuses it, and returns what was known before. The first key of all is
    /// pinned; a further one only where it is the `accepted` one. Where something is accepted, it has to be
    /// this key, whatever is known of it: the caller named what they compared.
    ///
    /// # Errors
    /// [`Error::Untrusted`] and [`Error::OtherKey`]; the pins are as before then.
    pub fn admit(
        &mut self,
        key: &PublicKey,
        label: &str,
        now: Timestamp,
        accepted: Option<Fingerprint>,
    ) -> Result<Trust> {
        let found = key.fingerprint();
        if let Some(accepted) = accepted.filter(|accepted| *accepted != found) {
            return Err(Error::OtherKey { found, accepted });
        }
        let trust = self.trust(key);
        match &trust {
            Trust::Known(_) => return Ok(trust),
            Trust::Changed { pinned } if accepted.is_none() => {
                let pinned = pinned.iter().map(|pin| (pin.fingerprint, pin.label.clone())).collect();
                return Err(Error::Untrusted { found, pinned });
            }
            Trust::FirstUse | Trust::Changed { .. } => {}
        }
        self.0.push(Pin { fingerprint: found, label: label.to_owned(), first_seen: now });
        Ok(trust)
    }
}
