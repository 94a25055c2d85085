//! The way to the network: a proxy and an own certificate authority, kept in a file beside the store, not in it:
//! they belong to the machine.

use std::path::PathBuf;

use crate::{Failure, Place, Result, SyncSettings, reports, view};

/// The file in the store's folder.
const FILE: &str = "network.json";

/// What is kept; nothing is kept when the file is not there.
///
/// # Errors
/// `bad_input` when the file cannot be read.
pub fn kept(place: &Place) -> Result<view::Network> {
    let file = place.folder.join(FILE);
    match std::fs::read(&file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| {
            Failure::new("bad_input", format!("cannot be understood: {error}"))
                .at(file.display().to_string())
                .advice("Mend or delete it; it holds the proxy and the certificate file.")
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(view::Network::default()),
        Err(error) => Err(Failure::unreadable(&file, &error)),
    }
}

/// Keeps it, once it was seen to be usable. Empty words count as none.
///
/// # Errors
/// `usage` for a proxy that is no address or carries a password, a certificate file that holds none; `io`.
pub fn keep(place: &Place, network: &view::Network) -> Result<view::Network> {
    let word = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    place.may_change()?;
    let network = view::Network {
        proxy: word(&network.proxy),
        ca_file: word(&network.ca_file),
        offline: network.offline,
    };
    // A name and password in an address stand before an @.
    if network.proxy.as_ref().is_some_and(|proxy| proxy.contains('@')) {
        return Err(Failure::new("usage", "a proxy's name and password are not kept in a file")
            .advice("Give the whole address in the environment, as PLUMBLINE_PROXY or HTTPS_PROXY."));
    }
    feeds::sync::check(&settings(SyncSettings::default(), &network, |_| None))?;
    let bytes =
        serde_json::to_vec_pretty(&network).map_err(|error| Failure::new("internal", error.to_string()))?;
    reports::write(&place.folder.join(FILE), &bytes)?;
    Ok(network)
}

/// The settings with the way to the network: what they say already, else the environment, else what is kept.
pub(crate) fn settings(
    given: SyncSettings,
    kept: &view::Network,
    environment: impl Fn(&str) -> Option<String>,
) -> SyncSettings {
    let of = |name: &str| environment(name).filter(|text| !text.trim().is_empty());
    SyncSettings {
        proxy: given.proxy.clone().or_else(|| of("PLUMBLINE_PROXY")).or_else(|| kept.proxy.clone()),
        extra_ca: given
            .extra_ca
            .clone()
            .or_else(|| of("PLUMBLINE_CA_FILE").map(PathBuf::from))
            .or_else(|| kept.ca_file.clone().map(PathBuf::from)),
        offline: given.offline || kept.offline || of("PLUMBLINE_OFFLINE").is_some(),
        ..given
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_is_given_comes_before_the_environment_and_that_before_what_is_kept() {
        let network = view::Network { proxy: Some("http://kept:1".to_owned()), ..view::Network::default() };
        let of = |given: Option<&str>, environment: Option<&str>| {
            let given = SyncSettings { proxy: given.map(str::to_owned), ..SyncSettings::default() };
            let environment = environment.map(str::to_owned);
            settings(given, &network, |name| environment.clone().filter(|_| name == "PLUMBLINE_PROXY")).proxy
        };
        assert_eq!(
            of(Some("http://given:1"), Some("http://environment:1")).as_deref(),
            Some("http://given:1")
        );
        assert_eq!(of(None, Some("http://environment:1")).as_deref(), Some("http://environment:1"));
        assert_eq!(of(None, Some(" ")).as_deref(), Some("http://kept:1"));
    }

    #[test]
    fn only_what_can_be_used_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(folder.path().join("store"), "x".to_owned(), Arc::new(jiff::Timestamp::now));
        assert_eq!(kept(&place).unwrap(), view::Network::default());
        let network = |proxy: &str, ca_file: &str| view::Network {
            proxy: Some(proxy.to_owned()),
            ca_file: Some(ca_file.to_owned()),
            offline: false,
        };
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate").unwrap();
        for wrong in [
            network("http://name:password@proxy:3128", ""),
            network("not an address", ""),
            network("", "there/is/none.pem"),
            network("", &empty.to_string_lossy()),
        ] {
            assert_eq!(keep(&place, &wrong).unwrap_err().code, "usage", "{wrong:?}");
            assert_eq!(kept(&place).unwrap(), view::Network::default());
        }
        keep(&place, &network(" http://proxy.example:3128 ", "")).unwrap();
        let own =
            view::Network { proxy: Some("http://proxy.example:3128".to_owned()), ..view::Network::default() };
        assert_eq!(kept(&place).unwrap(), own);
        std::fs::write(place.folder.join(FILE), "{").unwrap();
        assert_eq!(kept(&place).unwrap_err().code, "bad_input");
    }
}
