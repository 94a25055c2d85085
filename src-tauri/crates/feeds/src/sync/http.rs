//! Asking a server, patiently and with suspicion: pauses as it wishes, no more than a limit of bytes, only
//! over TLS, and the same question again when the answer is none.

use std::{
    collections::VecDeque,
    net::IpAddr,
    sync::Once,
    time::{Duration, Instant},
};

use backon::BackoffBuilder;
use jiff::Timestamp;
use reqwest::{StatusCode, Url, header, redirect};

use super::{Error, Result, Settings, Validators, Watch};

/// Requests in any thirty seconds, as NVD asks.
const SPAN: Duration = Duration::from_secs(30);

/// What a server answered.
pub(super) enum Answer {
    /// The body, with what tells whether it changes.
    Body(Vec<u8>, Validators),
    /// Nothing changed.
    NotModified,
}

/// Asks servers for one run.
pub(super) struct Asker<'a> {
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    settings: &'a Settings,
    watch: &'a dyn Watch,
    /// Requests allowed in any [`SPAN`], and when the last ones were made.
    limit: Option<usize>,
    made: VecDeque<Instant>,
}

/// Whether an address is this machine's own.
pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

/// An address that may be asked.
pub(super) fn address(text: &str) -> Result<Url> {
    let url =
        Url::parse(text).map_err(|error| Error::Settings(format!("{text:?} is not an address: {error}")))?;
    if url.scheme() == "https" || url.scheme() == "http" && is_loopback(&url) {
        Ok(url)
    } else {
        Err(Error::Settings(format!(
            "{text}: feeds are fetched over https only (http on this machine itself)"
        )))
    }
}

/// An address for people: without parameters, which may hold what is nobody's business.
pub(super) fn shown(url: &Url) -> String {
    let mut plain = url.clone();
    plain.set_query(None);
    let _ = plain.set_password(None);
    plain.to_string()
}

/// What asks, as these settings want it.
pub(super) fn client(settings: &Settings) -> Result<reqwest::Client> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Somebody else's choice, made before, is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let wrong = |what: String| Error::Settings(what);
    let policy = redirect::Policy::custom(|attempt| {
        let allowed = attempt.url().scheme() == "https" || is_loopback(attempt.url());
        if attempt.previous().len() > 5 {
            attempt.error("it redirects in circles")
        } else if !allowed {
            attempt.error("it redirects away from https")
        } else {
            attempt.follow()
        }
    });
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("plumbline/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(Duration::from_secs(20).min(settings.read_timeout))
        .read_timeout(settings.read_timeout)
        .redirect(policy);
    if let Some(file) = &settings.extra_ca {
        let pem = std::fs::read(file).map_err(|error| wrong(format!("{}: {error}", file.display())))?;
        let list = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|error| wrong(format!("{}: {error}", file.display())))?;
        if list.is_empty() {
            return Err(wrong(format!("{}: holds no certificate in PEM form", file.display())));
        }
        for certificate in list {
            builder = builder.add_root_certificate(certificate);
        }
    }
    if let Some(proxy) = &settings.proxy {
        let proxy = reqwest::Proxy::all(proxy).map_err(|error| wrong(format!("proxy: {error}")))?;
        let own = reqwest::NoProxy::from_string("localhost,127.0.0.0/8,::1");
        builder = builder.proxy(proxy.no_proxy(own));
    }
    builder.build().map_err(|error| wrong(error.to_string()))
}

impl<'a> Asker<'a> {
    pub(super) fn new(
        settings: &'a Settings,
        watch: &'a dyn Watch,
        limit: Option<usize>,
    ) -> Result<Asker<'a>> {
        if settings.offline {
            return Err(Error::Offline);
        }
        let client = client(settings)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Error::Settings(error.to_string()))?;
        Ok(Asker { client, runtime, settings, watch, limit, made: VecDeque::new() })
    }

    /// Waits, unless the user does not want to any more.
    async fn rest(&self, pause: Duration) -> Result<()> {
        let until = Instant::now() + pause;
        loop {
            if self.watch.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            tokio::time::sleep(left.min(Duration::from_millis(100))).await;
        }
    }

    /// Does something, unless the user does not want to wait for it any more.
    async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Result<T> {
        let stop = async {
            while !self.watch.is_cancelled() {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::select! {
            done = work => Ok(done),
            () = stop => Err(Error::Cancelled),
        }
    }

    /// Asks until `read` makes something of the answer, or no more tries are left.
    pub(super) fn ask<T>(
        &mut self,
        url: &Url,
        key: Option<&str>,
        known: Option<&Validators>,
        mut read: impl FnMut(Answer) -> std::result::Result<T, String>,
    ) -> Result<T> {
        let mut pauses = backon::ExponentialBuilder::default()
            .with_min_delay(self.settings.pause)
            .with_max_delay(self.settings.longest_pause)
            .with_max_times(self.settings.tries.max(1) as usize - 1)
            .with_jitter()
            .build();
        let mut tries = 0;
        loop {
            tries += 1;
            let (what, wish) = match self.once(url, key, known)? {
                Outcome::Again(what, wish) => (what, wish),
                Outcome::Answer(answer) => match read(answer) {
                    Ok(value) => return Ok(value),
                    Err(what) => (what, None),
                },
            };
            let Some(pause) = pauses.next() else {
                return Err(Error::GaveUp { url: shown(url), what, tries });
            };
            let pause = wish.unwrap_or(pause).min(self.settings.longest_pause);
            self.in_runtime(|asker| Box::pin(asker.rest(pause)))?;
        }
    }

    fn in_runtime<T>(
        &self,
        work: impl for<'s> FnOnce(&'s Self) -> std::pin::Pin<Box<dyn Future<Output = T> + 's>>,
    ) -> T {
        self.runtime.block_on(work(self))
    }

    fn once(&mut self, url: &Url, key: Option<&str>, known: Option<&Validators>) -> Result<Outcome> {
        if let Some(limit) = self.limit {
            // As many requests as allowed lie within the span before now: wait until the oldest is out of it.
            while self.made.len() >= limit {
                let oldest = self.made.pop_front();
                let wait =
                    oldest.map_or(Duration::ZERO, |at| (at + SPAN).saturating_duration_since(Instant::now()));
                self.in_runtime(|asker| Box::pin(asker.rest(wait)))?;
            }
            self.made.push_back(Instant::now());
        }
        self.in_runtime(|asker| Box::pin(asker.request(url, key, known)))
    }

    async fn request(&self, url: &Url, key: Option<&str>, known: Option<&Validators>) -> Result<Outcome> {
        let mut request = self.client.get(url.clone());
        if let Some(key) = key {
            request = request.header("apiKey", key);
        }
        if let Some(known) = known {
            if let Some(etag) = &known.etag {
                request = request.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(at) = &known.last_modified {
                request = request.header(header::IF_MODIFIED_SINCE, at);
            }
        }
        let refused = |what: String| Error::Refused { url: shown(url), what };
        let mut response = match self.unless_cancelled(request.send()).await? {
            Ok(response) => response,
            Err(error) => {
                let chain = chain(&error);
                return if error.is_redirect() || chain.to_lowercase().contains("certificate") {
                    Err(refused(chain))
                } else {
                    Ok(Outcome::Again(chain, None))
                };
            }
        };
        let status = response.status();
        let word = |name: header::HeaderName| {
            response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        if status == StatusCode::NOT_MODIFIED {
            return Ok(Outcome::Answer(Answer::NotModified));
        }
        let wish = word(header::RETRY_AFTER).and_then(|text| retry_after(&text, Timestamp::now()));
        let busy = [403, 408, 425, 429, 500, 502, 503, 504].contains(&status.as_u16());
        if busy {
            return Ok(Outcome::Again(format!("the server answers {status}"), wish));
        }
        if !status.is_success() {
            // NVD says what is wrong in a header of its own.
            let said =
                response.headers().get("message").and_then(|value| value.to_str().ok()).unwrap_or_default();
            let said = if said.is_empty() {
                String::new()
            } else {
                format!(": {}", said.chars().take(200).collect::<String>())
            };
            return Err(refused(format!("the server answers {status}{said}")));
        }
        let validators =
            Validators { etag: word(header::ETAG), last_modified: word(header::LAST_MODIFIED), sha256: None };
        let expected = response.content_length();
        let mut body = Vec::new();
        loop {
            match self.unless_cancelled(response.chunk()).await? {
                Ok(Some(chunk)) => body.extend_from_slice(&chunk),
                Ok(None) => break,
                Err(error) => {
                    return Ok(Outcome::Again(format!("the answer broke off ({})", chain(&error)), None));
                }
            }
            if body.len() as u64 > self.settings.largest {
                return Err(refused(format!(
                    "the answer is larger than {} MiB",
                    self.settings.largest >> 20
                )));
            }
        }
        if expected.is_some_and(|expected| expected != body.len() as u64) {
            return Ok(Outcome::Again("the answer broke off".to_owned(), None));
        }
        Ok(Outcome::Answer(Answer::Body(body, validators)))
    }
}

/// How one request ended.
enum Outcome {
    Answer(Answer),
    /// It is worth asking again, after a pause that the server may wish.
    Again(String, Option<Duration>),
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let said = inner.to_string();
        if !text.contains(&said) {
            text.push_str(": ");
            text.push_str(&said);
        }
        source = inner.source();
    }
    // reqwest repeats the address with its parameters.
    match text.find(" for url (").and_then(|at| text[at..].find(')').map(|end| (at, at + end + 1))) {
        Some((start, end)) => format!("{}{}", &text[..start], &text[end..]),
        None => text,
    }
}

/// A wish to wait: seconds, or a moment (RFC 9110).
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_wish_to_wait() {
        let now: Timestamp = "2026-06-01T12:00:00Z".parse().unwrap();
        assert_eq!(retry_after("17", now), Some(Duration::from_secs(17)));
        assert_eq!(retry_after("Mon, 01 Jun 2026 12:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Mon, 01 Jun 2026 11:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", now), None);
    }

    #[test]
    fn only_safe_addresses_are_asked() {
        for good in ["https://example.com/a", "http://127.0.0.1:8/x", "http://localhost/x", "http://[::1]:9/"]
        {
            assert!(address(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "ftp://localhost/",
            "file:///etc/passwd",
            "",
            "http://127.0.0.1.example.com/",
        ] {
            assert!(address(bad).is_err(), "{bad}");
        }
    }
}
