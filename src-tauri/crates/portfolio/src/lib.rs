//! Assessments of many plants in a PostgreSQL database that a company already runs. Several laptops publish into it at
//! once, each what it knows, as often as it likes; whoever may read it sees levels, gaps and trends of all of them.
//!
//! Connections are opened only when somebody asks, over TLS with the server's certificate checked by the system's
//! authorities; without TLS to this machine alone.

mod address;
mod error;
mod publish;
mod read;
mod schema;

use std::{path::Path, time::Duration};

use tokio::runtime::Runtime;
use tokio_postgres::{Client, config::SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

pub use address::Address;
pub use error::{Error, Result};
pub use publish::{Assessment, Outcome, Plant, Zone};
pub use read::{Day, Listed, Month, Shown};

/// How long a server may take to answer at first.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long a statement may take.
const STATEMENT: &str = "60s";

/// An open connection.
pub struct Portfolio {
    runtime: Runtime,
    client: Client,
}

impl std::fmt::Debug for Portfolio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Portfolio")
    }
}

impl Portfolio {
    /// Connects. `extra_ca`: a PEM file of certificate authorities to trust besides the system's.
    ///
    /// # Errors
    /// [`Error::Settings`] for a file that holds no certificate, [`Error::Connect`] when the server does not answer, is
    /// not the one it says or does not let in.
    pub fn connect(address: &Address, password: Option<&str>, extra_ca: Option<&Path>) -> Result<Portfolio> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Settings(error.to_string()))?;
        let mut config = address.config().clone();
        config.connect_timeout(PATIENCE).application_name("plumbline");
        // Nothing leaves this machine in plain, whatever the address says; on it TLS is spoken when the address asks for it.
        if !address.is_here() {
            config.ssl_mode(SslMode::Require);
        } else if config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(SslMode::Disable);
        }
        if let Some(password) = password {
            config.password(password);
        }
        let tls = MakeRustlsConnect::new(tls(extra_ca)?);
        let refused = |source| Error::Connect { address: address.to_string(), source };
        let client = runtime.block_on(async {
            let (client, connection) = tokio::time::timeout(PATIENCE, config.connect(tls))
                .await
                .map_err(|_| Error::Silent { address: address.to_string() })?
                .map_err(refused)?;
            // Its end is told to whoever waits for an answer.
            tokio::spawn(async move {
                let _ = connection.await;
            });
            client
                .batch_execute(&format!("SET statement_timeout = '{STATEMENT}'; SET lock_timeout = '20s'"))
                .await
                .map_err(refused)?;
            Ok::<_, Error>(client)
        })?;
        Ok(Portfolio { runtime, client })
    }
}

fn tls(extra_ca: Option<&Path>) -> Result<rustls::ClientConfig> {
    use rustls::pki_types::{CertificateDer, pem::PemObject};
    use rustls_platform_verifier::Verifier;
    let wrong = |what: String| Error::Settings(what);
    let mut extra = Vec::new();
    if let Some(path) = extra_ca {
        let file = || path.display();
        let list =
            CertificateDer::pem_file_iter(path).map_err(|error| wrong(format!("{}: {error}", file())))?;
        for certificate in list {
            extra.push(certificate.map_err(|error| wrong(format!("{}: {error}", file())))?);
        }
        if extra.is_empty() {
            return Err(wrong(format!("{}: holds no certificate in PEM form", file())));
        }
    }
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Verifier::new_with_extra_roots(extra, std::sync::Arc::clone(&provider))
        .map_err(|error| wrong(format!("the system's certificate authorities cannot be read: {error}")))?;
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| wrong(error.to_string()))?;
    Ok(config
        .dangerous()
        .with_custom_certificate_verifier(std::sync::Arc::new(verifier))
        .with_no_client_auth())
}
