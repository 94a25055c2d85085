//! The built program in its real window, driven through WebDriver.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use fantoccini::{
    Client, ClientBuilder, Locator,
    actions::{InputSource, KeyAction, KeyActions},
    elements::Element,
    key::Key,
    wd::Capabilities,
};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long anything may take to appear. Debug builds on a loaded machine are slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where the programs were built.
pub fn built(name: &str) -> PathBuf {
    let folder = std::env::var_os("PLUMBLINE_BUILT").expect("cargo xtask test says where the programs are");
    Path::new(&folder).join(name)
}

/// The driver with a profile of its own; all it started ends with the test.
pub struct Driver {
    process: Child,
    port: u16,
    profile: TempDir,
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The whole group: a window left behind by a failed test would take the next one's start for its own.
        let _ = Command::new("kill").args(["--", &format!("-{}", self.process.id())]).status();
        let _ = self.process.wait();
    }
}

/// A driver that never answers is a failed test, not an endless one.
async fn in_time<T>(what: &str, work: impl Future<Output = T>) -> T {
    match tokio::time::timeout(2 * PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => panic!("no answer: {what}"),
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

impl Driver {
    pub fn start() -> Driver {
        let program =
            std::env::var_os("PLUMBLINE_DRIVER").expect("cargo xtask test says where the driver is");
        let port = free_port();
        let profile = tempfile::tempdir().expect("a fresh profile");
        let process = Command::new(program)
            .args(["--port", &port.to_string(), "--native-port", &free_port().to_string()])
            .envs(["XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"].map(|name| (name, profile.path())))
            .env("LANG", "C.UTF-8")
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("tauri-driver starts");
        Driver { process, port, profile }
    }

    /// Where stores can be made that end with the test.
    pub fn folder(&self) -> &Path {
        self.profile.path()
    }

    /// A store with the demo plant, and the window on it.
    pub async fn open_demo(&self) -> (PathBuf, Window) {
        let store = self.folder().join("store");
        plumbline(&store, &["demo"]);
        let window = self.open(&["--store", &store.to_string_lossy(), "--today", super::TODAY]).await;
        window.find("nav-overview").await;
        (store, window)
    }

    /// Opens the program's window with arguments.
    pub async fn open(&self, arguments: &[&str]) -> Window {
        self.open_program("plumbline-desktop", arguments).await
    }

    /// Opens the window of a built program.
    pub async fn open_program(&self, name: &str, arguments: &[&str]) -> Window {
        let mut capabilities = Capabilities::new();
        let options = json!({"application": built(name), "args": arguments});
        capabilities.insert("browserName".to_owned(), "wry".into());
        capabilities.insert("tauri:options".to_owned(), options);
        let address = format!("http://127.0.0.1:{}", self.port);
        let start = Instant::now();
        loop {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            let connected = builder.capabilities(capabilities.clone()).connect(&address);
            match in_time("opening the window", connected).await {
                Ok(client) => return Window { client },
                Err(error) if start.elapsed() > PATIENCE => panic!("the window does not open: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(200)).await,
            }
        }
    }
}

/// The window.
pub struct Window {
    pub client: Client,
}

impl Window {
    /// The element with a test id, once it is there.
    pub async fn find(&self, id: &str) -> Element {
        let css = format!("[data-testid=\"{id}\"]");
        let wait = self.client.wait().at_most(PATIENCE);
        match in_time(id, wait.for_element(Locator::Css(&css))).await {
            Ok(element) => element,
            Err(error) => {
                self.picture("failed").await;
                panic!("{id} does not appear: {error}")
            }
        }
    }

    pub async fn click(&self, id: &str) {
        let start = Instant::now();
        loop {
            match in_time(id, self.find(id).await.click()).await {
                Ok(()) => return,
                // A page that is being drawn anew may take the element away under the pointer.
                Err(error) if start.elapsed() > PATIENCE => panic!("{id} cannot be clicked: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        }
    }

    pub async fn text(&self, id: &str) -> String {
        self.find(id).await.text().await.expect("its text")
    }

    pub async fn press(&self, keys: &str) {
        let active = self.client.active_element().await.expect("something has the focus");
        active.send_keys(keys).await.expect("keys arrive");
    }

    /// Presses keys together, as a person does, on whatever has the focus: the last one while the others are held.
    pub async fn keys(&self, held: &[Key], last: char) {
        let down = |value: char| KeyAction::Down { value };
        let up = |value: char| KeyAction::Up { value };
        let held: Vec<char> = held.iter().map(|key| char::from(*key)).collect();
        let mut all: Vec<KeyAction> = held.iter().copied().map(down).collect();
        all.extend([down(last), up(last)]);
        all.extend(held.iter().rev().copied().map(up));
        let mut actions = KeyActions::new("keyboard".to_owned());
        for action in all {
            actions = actions.then(action);
        }
        in_time("keys", self.client.perform_actions(actions)).await.expect("keys arrive");
    }

    /// Presses keys one after the other.
    pub async fn type_keys(&self, text: &str) {
        for key in text.chars() {
            self.keys(&[], key).await;
        }
    }

    /// Presses Tab until what has the test id has the focus, or something in it; on the way nothing may take the
    /// focus that cannot be seen.
    pub async fn tab_to(&self, id: &str) {
        self.find(id).await;
        let script = format!(
            "const at = document.activeElement; \
             if (at.closest('[data-testid=\"{id}\"]') || at.querySelector(':scope > [data-testid=\"{id}\"]')) return 'there'; \
             const box = at.getBoundingClientRect(); \
             return at !== document.body && !at.closest('.skip') && (box.width < 1 || box.height < 1) ? at.outerHTML.slice(0, 200) : ''"
        );
        for _ in 0..150 {
            match self.ask(&script).await.as_str().unwrap_or_default() {
                "there" => return,
                "" => self.keys(&[], Key::Tab.into()).await,
                unseen => panic!("the focus goes where nobody sees it: {unseen}"),
            }
        }
        self.picture("failed").await;
        panic!("Tab never comes to {id}");
    }

    /// What a script in the page returns.
    pub async fn ask(&self, script: &str) -> Value {
        in_time(script, self.client.execute(script, Vec::new())).await.expect("the script runs")
    }

    /// Waits until a script returns true.
    pub async fn until(&self, what: &str, script: &str) {
        let start = Instant::now();
        while self.ask(script).await != true {
            if start.elapsed() > PATIENCE {
                self.picture("failed").await;
                panic!("{what} does not happen");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Keeps a picture of the window in the build folder.
    pub async fn picture(&self, name: &str) {
        let folder = built("").join("../window");
        std::fs::create_dir_all(&folder).expect("a folder for pictures");
        // The web view answers with the next frame it draws, and a page at rest draws none.
        let stir = "let n = 0; window.stirring = setInterval(() => { document.body.style.opacity = n++ % 2 ? '' : '0.999'; }, 30)";
        self.ask(stir).await;
        let png = in_time(name, self.client.screenshot()).await.expect("a picture");
        self.ask("clearInterval(window.stirring); document.body.style.opacity = ''").await;
        std::fs::write(folder.join(format!("{name}.png")), png).expect("the picture is written");
    }

    pub async fn close(self) {
        self.client.close().await.expect("the window closes");
    }
}

/// The command's answer over the same store.
pub fn plumbline(store: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(built("plumbline"))
        .args(["--json", "--today", super::TODAY, "--store"])
        .arg(store)
        .args(arguments)
        .output()
        .expect("plumbline runs");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("its answer is JSON")
}
