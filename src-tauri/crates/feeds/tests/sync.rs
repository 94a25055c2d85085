//! Fetching against servers that page, limit, fail, drip, lie and change their minds.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    io::{Read, Write},
    net::TcpListener,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use jiff::Timestamp;
use plumbline_feeds::sync::{self, CsafState, Error, News, Settings, Unwatched, Validators, Watch};
use serde_json::{Value, json};
use tempfile::TempDir;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate, matchers::path};

struct Server {
    runtime: tokio::runtime::Runtime,
    mock: MockServer,
    folder: TempDir,
}

impl Server {
    fn new() -> Server {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mock = runtime.block_on(MockServer::start());
        Server { runtime, mock, folder: tempfile::tempdir().unwrap() }
    }

    fn answers(&self, at: &str, answer: impl Respond + 'static) {
        self.runtime.block_on(Mock::given(path(at)).respond_with(answer).mount(&self.mock));
    }

    fn asked(&self) -> Vec<Request> {
        self.runtime.block_on(self.mock.received_requests()).unwrap()
    }

    fn settings(&self) -> Settings {
        let at = |path: &str| format!("{}{path}", self.mock.uri());
        Settings {
            nvd_url: at("/nvd"),
            kev_url: at("/kev"),
            epss_url: at("/epss"),
            csaf_urls: vec![at("/provider-metadata.json")],
            read_timeout: Duration::from_millis(400),
            tries: 3,
            pause: Duration::from_millis(5),
            longest_pause: Duration::from_millis(1500),
            largest: 1 << 20,
            ..Settings::default()
        }
    }

    fn staging(&self) -> &Path {
        self.folder.path()
    }

    fn nvd(
        &self,
        settings: &Settings,
        since: Option<&str>,
    ) -> Result<sync::Fetched<Option<Timestamp>>, Error> {
        sync::nvd(
            settings,
            &self.staging().join("nvd"),
            since.map(at),
            at("2026-06-01T00:00:00Z"),
            &Unwatched,
        )
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn parameter(request: &Request, name: &str) -> Option<String> {
    request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

fn start(request: &Request) -> u64 {
    parameter(request, "startIndex").unwrap().parse().unwrap()
}

fn page(start: u64, count: u64, total: u64) -> Value {
    let list: Vec<Value> = (start..start + count)
        .map(|n| json!({"cve": {"id": format!("CVE-2026-{:05}", 10_000 + n)}}))
        .collect();
    json!({"resultsPerPage": count, "startIndex": start, "totalResults": total, "format": "NVD_CVE", "version": "2.0",
        "timestamp": "2026-05-31T23:00:00.000", "vulnerabilities": list})
}

/// Pages of a fixed size.
fn pages(size: u64, total: u64) -> impl Respond {
    move |request: &Request| {
        let start = start(request);
        ResponseTemplate::new(200).set_body_json(page(start, size.min(total.saturating_sub(start)), total))
    }
}

#[test]
fn all_pages_come_with_the_key_and_in_steps() {
    let server = Server::new();
    server.answers("/nvd", pages(2, 5));
    let settings = Settings { api_key: Some("secret-key".into()), ..server.settings() };
    let fetched = server.nvd(&settings, None).unwrap();
    assert_eq!((fetched.files.len(), fetched.records, fetched.news), (3, 5, News::Came));
    // The server's clock was an hour behind ours: the next run begins before that.
    assert_eq!(fetched.cursor, Some(at("2026-05-31T22:50:00Z")));
    let asked = server.asked();
    assert_eq!(asked.iter().map(start).collect::<Vec<_>>(), [0, 2, 4]);
    assert!(
        asked
            .iter()
            .all(|r| r.headers["apikey"] == "secret-key" && parameter(r, "lastModStartDate").is_none())
    );
    assert!(!format!("{settings:?}").contains("secret-key"));
}

#[test]
fn long_absence_is_asked_in_windows_and_nothing_new_says_so() {
    let server = Server::new();
    server.answers("/nvd", pages(2, 0));
    let fetched = server.nvd(&server.settings(), Some("2025-04-27T00:00:00Z")).unwrap();
    let News::Empty(windows) = fetched.news else { panic!("{:?}", fetched.news) };
    assert_eq!(windows.len(), 4);
    let asked: Vec<(Timestamp, Timestamp)> = server
        .asked()
        .iter()
        .map(|r| {
            let time = |name| parameter(r, name).unwrap().parse::<Timestamp>().unwrap();
            (time("lastModStartDate"), time("lastModEndDate"))
        })
        .collect();
    assert_eq!(asked.first().unwrap().0, at("2025-04-27T00:00:00Z"));
    assert_eq!(asked.last().unwrap().1, at("2026-06-01T00:00:00Z"));
    assert!(asked.windows(2).all(|pair| pair[0].1 == pair[1].0));
    assert!(asked.iter().all(|(from, to)| to.duration_since(*from).as_hours() <= 120 * 24));
    assert!(matches!(server.nvd(&server.settings(), Some("2027-01-01T00:00:00Z")), Err(Error::Clock { .. })));
}

/// Answers the first `n` requests one way, then another.
fn first(n: u32, bad: ResponseTemplate, then: impl Respond) -> impl Respond {
    let count = AtomicU32::new(0);
    move |request: &Request| {
        if count.fetch_add(1, Ordering::SeqCst) < n { bad.clone() } else { then.respond(request) }
    }
}

#[test]
fn faults_are_waited_out() {
    for bad in [
        ResponseTemplate::new(429).insert_header("Retry-After", "1"),
        ResponseTemplate::new(503),
        ResponseTemplate::new(403),
        ResponseTemplate::new(200).set_body_string("<html>Bad gateway</html>"),
        ResponseTemplate::new(200).set_body_string("{\"totalResults\": 3, \"vulnerab"),
        ResponseTemplate::new(200).set_body_json(page(0, 1, 1)).set_delay(Duration::from_secs(2)),
    ] {
        let server = Server::new();
        let waits = bad.clone();
        server.answers("/nvd", first(1, bad, pages(2, 2)));
        let begun = Instant::now();
        let fetched = server.nvd(&server.settings(), None).unwrap();
        assert_eq!(fetched.records, 2, "{waits:?}");
        assert_eq!(server.asked().len(), 2);
        if format!("{waits:?}").contains("429") {
            assert!(begun.elapsed() >= Duration::from_secs(1), "the server's wish was not heard");
        }
    }
}

#[test]
fn what_is_final_is_not_asked_again_and_too_many_faults_are_told() {
    let server = Server::new();
    server.answers("/nvd", ResponseTemplate::new(404).insert_header("message", "Invalid apiKey."));
    let error = server.nvd(&server.settings(), None).unwrap_err();
    assert!(error.to_string().contains("Invalid apiKey."), "{error}");
    assert_eq!((server.asked().len(), error.code()), (1, "network"));

    let server = Server::new();
    server.answers("/nvd", ResponseTemplate::new(503));
    let error = server.nvd(&server.settings(), None).unwrap_err();
    assert!(matches!(error, Error::GaveUp { tries: 3, .. }), "{error}");
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn a_body_cut_off_is_asked_for_again() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let served = std::thread::spawn(move || {
        for round in 0..2 {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 2048];
            let _ = stream.read(&mut request).unwrap();
            let body = page(0, 2, 2).to_string();
            let sent = if round == 0 { &body[..body.len() / 2] } else { &body };
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{sent}",
                body.len()
            )
            .unwrap();
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        nvd_url: format!("http://{address}/nvd"),
        pause: Duration::from_millis(5),
        ..Settings::default()
    };
    let fetched = sync::nvd(&settings, folder.path(), None, at("2026-06-01T00:00:00Z"), &Unwatched).unwrap();
    assert_eq!(fetched.records, 2);
    served.join().unwrap();
}

#[test]
fn a_wrong_total_is_refused_after_some_rounds() {
    let server = Server::new();
    server.answers("/nvd", |request: &Request| {
        let start = start(request);
        // Says five and ever gives the first two.
        ResponseTemplate::new(200).set_body_json(if start >= 4 { page(0, 0, 5) } else { page(0, 2, 5) })
    });
    let error = server.nvd(&server.settings(), None).unwrap_err();
    assert!(matches!(error, Error::WrongTotal { got: 2, expected: 5, .. }), "{error}");
}

#[test]
fn a_change_between_two_pages_is_noticed_and_mended() {
    let server = Server::new();
    let asked = Arc::new(AtomicU64::new(0));
    server.answers("/nvd", move |request: &Request| {
        let number = asked.fetch_add(1, Ordering::SeqCst);
        let start = start(request);
        let total = if number == 0 { 3 } else { 4 };
        ResponseTemplate::new(200).set_body_json(page(start, 2.min(total - start), total))
    });
    let fetched = server.nvd(&server.settings(), None).unwrap();
    assert_eq!((fetched.records, fetched.files.len()), (4, 2));
}

/// Wants to stop once so many records are there.
struct StopAfter(u64);

impl Watch for StopAfter {
    fn progress(&self, done: u64, _: u64) {
        SEEN.store(done, Ordering::SeqCst);
    }

    fn is_cancelled(&self) -> bool {
        SEEN.load(Ordering::SeqCst) >= self.0
    }
}

static SEEN: AtomicU64 = AtomicU64::new(0);

#[test]
fn a_stopped_run_goes_on_at_the_page_it_had_reached() {
    let server = Server::new();
    server.answers("/nvd", pages(2, 6));
    let (settings, staging, now) =
        (server.settings(), server.staging().join("nvd"), at("2026-06-01T00:00:00Z"));
    let stopped = sync::nvd(&settings, &staging, None, now, &StopAfter(4)).unwrap_err();
    assert!(matches!(stopped, Error::Cancelled));
    assert_eq!(server.asked().len(), 2);
    // A page that did not survive is fetched again, the sound one is not.
    let second = std::fs::read_dir(&staging)
        .unwrap()
        .map(|e| e.unwrap().path())
        .find(|p| p.to_string_lossy().ends_with("0002.json"))
        .unwrap();
    std::fs::write(second, "half").unwrap();
    let later = at("2026-06-01T08:00:00Z");
    let fetched = sync::nvd(&settings, &staging, None, later, &Unwatched).unwrap();
    assert_eq!((fetched.records, fetched.files.len()), (6, 3));
    assert_eq!(server.asked().iter().map(start).collect::<Vec<_>>(), [0, 2, 2, 4]);
}

#[test]
fn whole_files_come_only_when_they_changed() {
    let server = Server::new();
    server.answers("/kev", |request: &Request| {
        if request.headers.get("if-none-match").is_some_and(|tag| tag == "\"v1\"") {
            return ResponseTemplate::new(304);
        }
        let body =
            json!({"catalogVersion": "1", "count": 1, "vulnerabilities": [{"cveID": "CVE-2026-0001"}]});
        ResponseTemplate::new(200).insert_header("ETag", "\"v1\"").set_body_json(body)
    });
    let kev =
        |known: &Validators| sync::kev(&server.settings(), server.staging(), known, &Unwatched).unwrap();
    let first = kev(&Validators::default());
    assert_eq!((first.records, &first.news), (1, &News::Came));
    assert_eq!(kev(&first.cursor).news, News::NotModified);
    let without_tag = Validators { etag: None, ..first.cursor };
    assert_eq!(kev(&without_tag).news, News::Same);

    let wrong = Server::new();
    wrong.answers(
        "/kev",
        ResponseTemplate::new(200).set_body_json(json!({"count": 9, "vulnerabilities": []})),
    );
    let error =
        sync::kev(&wrong.settings(), wrong.staging(), &Validators::default(), &Unwatched).unwrap_err();
    assert!(error.to_string().contains("says 9"), "{error}");
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gz = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gz.write_all(bytes).unwrap();
    gz.finish().unwrap()
}

#[test]
fn scores_come_packed_and_a_bomb_is_refused() {
    let server = Server::new();
    let scores = gzip(
        b"#model_version:v1,score_date:2026-06-01T00:00:00Z\ncve,epss,percentile\nCVE-2026-0001,0.1,0.2\n",
    );
    server.answers("/epss", ResponseTemplate::new(200).set_body_bytes(scores));
    let epss = sync::epss(&server.settings(), server.staging(), &Validators::default(), &Unwatched).unwrap();
    assert_eq!(epss.records, 1);

    for (encoded, why) in [(true, "larger than"), (false, "unpacks to more than")] {
        let server = Server::new();
        let bomb = gzip(&vec![b' '; 8 << 20]);
        assert!(bomb.len() < 1 << 16);
        let mut answer = ResponseTemplate::new(200).set_body_bytes(bomb);
        if encoded {
            answer = answer.insert_header("Content-Encoding", "gzip");
        }
        server.answers("/epss", answer);
        let error =
            sync::epss(&server.settings(), server.staging(), &Validators::default(), &Unwatched).unwrap_err();
        assert!(error.to_string().contains(why), "{error}");
    }
}

#[test]
fn nothing_leads_away_from_https() {
    let server = Server::new();
    server.answers("/kev", ResponseTemplate::new(302).insert_header("Location", "http://example.com/kev"));
    let error =
        sync::kev(&server.settings(), server.staging(), &Validators::default(), &Unwatched).unwrap_err();
    assert!(error.to_string().contains("https"), "{error}");
    assert_eq!(server.asked().len(), 1, "a refusal is final");
    let plain = Settings { kev_url: "http://example.com/kev".into(), ..Settings::default() };
    let error = sync::kev(&plain, server.staging(), &Validators::default(), &Unwatched).unwrap_err();
    assert_eq!(error.code(), "usage");
}

fn advisory(id: &str) -> String {
    json!({"document": {"title": "t", "csaf_version": "2.0", "publisher": {"category": "vendor", "name": "Acme"},
        "tracking": {"id": id, "current_release_date": "2026-01-02T00:00:00Z"}}})
    .to_string()
}

fn sha512(text: &str) -> String {
    use sha2::{Digest, Sha512};
    Sha512::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_provider_is_followed_to_its_documents_and_one_bad_one_harms_no_other() {
    let server = Server::new();
    let uri = server.mock.uri();
    server.answers(
        "/provider-metadata.json",
        ResponseTemplate::new(200).set_body_json(json!({"distributions": [
            {"rolie": {"feeds": [{"tlp_label": "WHITE", "url": format!("{uri}/feed.json")}, {"tlp_label": "RED", "url": format!("{uri}/secret.json")}]}},
            {"directory_url": format!("{uri}/dir")}]})),
    );
    let entry = |name: &str, updated: &str| {
        json!({"id": name, "updated": updated, "content": {"src": format!("{uri}/{name}.json")},
            "link": [{"rel": "self", "href": format!("{uri}/{name}.json")}, {"rel": "hash", "href": format!("{uri}/{name}.json.sha512")}]})
    };
    let feed = json!({"feed": {"entry": [
        entry("good", "2026-01-02T00:00:00Z"), entry("forged", "2026-01-02T00:00:00Z"),
        {"id": "away", "updated": "2026-01-02T00:00:00Z", "content": {"src": "good.json"}}]}});
    server.answers("/feed.json", ResponseTemplate::new(200).set_body_json(feed));
    server.answers("/good.json", ResponseTemplate::new(200).set_body_string(advisory("good")));
    server.answers(
        "/good.json.sha512",
        ResponseTemplate::new(200).set_body_string(format!("{}  good.json\n", sha512(&advisory("good")))),
    );
    server.answers("/forged.json", ResponseTemplate::new(200).set_body_string(advisory("other")));
    server.answers(
        "/forged.json.sha512",
        ResponseTemplate::new(200).set_body_string(sha512(&advisory("forged"))),
    );
    server.answers(
        "/dir/changes.csv",
        ResponseTemplate::new(200).set_body_string(
            "\"2026/listed.json\",\"2026-02-02T00:00:00Z\"\n\"2026/gone.json\",\"2026-02-02T00:00:00Z\"\n",
        ),
    );
    server.answers("/dir/2026/listed.json", ResponseTemplate::new(200).set_body_string(advisory("listed")));
    server.answers("/dir/2026/gone.json", ResponseTemplate::new(404));
    let run =
        |known: &CsafState| sync::csaf(&server.settings(), server.staging(), known, &Unwatched).unwrap();
    let (fetched, failed) = run(&CsafState::default());
    assert_eq!(fetched.records, 2);
    assert!(fetched.files.iter().all(|file| file.parent() == Some(server.staging())));
    let mut why: Vec<&str> = failed.iter().map(|f| f.url.rsplit('/').next().unwrap()).collect();
    why.sort_unstable();
    assert_eq!(why, ["forged.json", "gone.json"], "{failed:?}");
    assert!(!server.asked().iter().any(|r| r.url.path() == "/secret.json"));
    let (again, _) = run(&fetched.cursor);
    assert_eq!(again.news, News::NoneNewer(4));
    assert_eq!(server.asked().iter().filter(|r| r.url.path() == "/good.json").count(), 1);

    let elsewhere = Server::new();
    elsewhere.answers(
        "/provider-metadata.json",
        ResponseTemplate::new(200).set_body_json(json!({"feed": {"entry": [
        {"updated": "2026-01-02T00:00:00Z", "content": {"src": "https://example.com/x.json"}}]}})),
    );
    let (fetched, failed) =
        sync::csaf(&elsewhere.settings(), elsewhere.staging(), &CsafState::default(), &Unwatched).unwrap();
    assert_eq!(fetched.records, 0);
    assert!(failed[0].why.contains("another server"), "{failed:?}");
}
