//! Where the database is.

use std::{fmt, net::IpAddr, str::FromStr};

use tokio_postgres::{Config, config::Host};

use crate::{Error, Result};

/// The address of a database: `postgres://user@host:port/database`. It carries no password.
#[derive(Clone)]
pub struct Address {
    text: String,
    config: Config,
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl FromStr for Address {
    type Err = Error;

    /// # Errors
    /// [`Error::Settings`] for what is no address, names no host or database, or carries a password: addresses are
    /// seen by others in lists of processes and in files.
    fn from_str(text: &str) -> Result<Address> {
        let text = text.trim();
        let wrong = |what: &str| {
            let words = format!("{what}; write postgres://user@host:port/database");
            Error::Settings(words)
        };
        if !["postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme)) {
            return Err(wrong("that is no address of a PostgreSQL database"));
        }
        // What is wrong may be the password, so nothing of it is said again.
        let config: Config = text.parse().map_err(|_| wrong("the address cannot be understood"))?;
        if config.get_password().is_some() {
            return Err(wrong(
                "an address carries no password: give it as PLUMBLINE_PG_PASSWORD in the environment, or have the keyring keep it",
            ));
        }
        if config.get_hosts().is_empty() || config.get_dbname().is_none_or(str::is_empty) {
            return Err(wrong("the address names no host or no database"));
        }
        Ok(Address { text: text.to_owned(), config })
    }
}

impl Address {
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Whether it is on this machine: loopback, or a socket in a folder.
    pub fn is_here(&self) -> bool {
        self.config.get_hosts().iter().all(|host| match host {
            Host::Tcp(name) => {
                name == "localhost"
                    || name
                        .trim_matches(['[', ']'])
                        .parse::<IpAddr>()
                        .is_ok_and(|address| address.is_loopback())
            }
            #[cfg(unix)]
            Host::Unix(_) => true,
        }) && self.config.get_hostaddrs().iter().all(IpAddr::is_loopback)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_database_and_never_a_password() {
        let good = "postgres://plumbline@db.works.example:5433/portfolio";
        assert_eq!(good.parse::<Address>().unwrap().to_string(), good);
        for bad in [
            "",
            "http://db/x",
            "postgres://",
            "postgres://user@/x",
            "postgres://user@host",
            "postgres://user:secret@host/x",
            "postgres://user@host/x?password=secret",
            "postgres://user@host:nonsense/x",
        ] {
            let error = bad.parse::<Address>().unwrap_err().to_string();
            assert!(!error.contains("secret"), "{bad}: {error}");
        }
    }

    #[test]
    fn only_this_machine_is_here() {
        let here = |text: &str| text.parse::<Address>().unwrap().is_here();
        for text in ["postgres://u@localhost/x", "postgres://u@127.0.0.1:5432/x", "postgres://u@%2Ftmp/x"] {
            assert!(here(text) || cfg!(windows), "{text}");
        }
        for text in [
            "postgres://u@db.example/x",
            "postgres://u@localhost.example/x",
            "postgres://u@localhost,db.example/x",
            "postgres://u@localhost/x?hostaddr=10.0.0.1",
        ] {
            assert!(!here(text), "{text}");
        }
    }
}
