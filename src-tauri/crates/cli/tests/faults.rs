//! What machines do to a program: full disks, folders that cannot be written, others at the same time, clocks that jump,
//! no keyring, no fonts, a locale that does not exist. Each is told in one line, with what to do, and nothing is half done.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bench;
mod long;

use std::{
    fs,
    path::Path,
    process::{Command, Output, Stdio},
};

use bench::Bench;
use long::{command, copy, told, works};

/// One line that says what is wrong, never a panic.
fn complaint(output: &Output) -> String {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!text.contains("panicked"), "{text}");
    assert!(text.lines().count() <= 1, "{text}");
    text
}

/// The same command under a shell that does something first.
#[cfg(unix)]
fn under(shell: &str, plain: &Command) -> Command {
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg(format!("{shell}; exec \"$0\" \"$@\""))
        .arg(plain.get_program())
        .args(plain.get_args());
    command.current_dir(plain.get_current_dir().unwrap());
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.stdout(Stdio::null());
    command
}

#[cfg(unix)]
#[test]
fn no_file_grows_any_more() {
    let folder = tempfile::tempdir().unwrap();
    let (mut failed, mut done) = (0, 0);
    for work in works(folder.path()) {
        let fresh = |name: &str| {
            let at = folder.path().join("faults").join(name);
            let _ = fs::remove_dir_all(&at);
            copy(&work.base, &at);
            at
        };
        let before = told(&fresh("before"));
        let after = fresh("after");
        assert!(command(&after, &work.arguments).status().unwrap().success());
        let after = told(&after);
        // Blocks of 512 bytes that no file may be larger than.
        for blocks in [0, 8, 64, 300, 900, 1500, 2500] {
            let at = fresh("full");
            let shell = format!("trap '' XFSZ; ulimit -f {blocks}");
            let output = under(&shell, &command(&at, &work.arguments)).output().unwrap();
            let words = complaint(&output);
            let found = told(&at);
            if output.status.success() {
                assert_eq!(found, after, "{} with {blocks}", work.name);
                done += 1;
            } else {
                assert!(!words.is_empty(), "{} with {blocks} said nothing", work.name);
                assert_eq!(output.status.code(), Some(4), "{} with {blocks}: {words}", work.name);
                assert!(found == before || found == after, "{} with {blocks}:\n{found}\n{before}", work.name);
                failed += 1;
            }
        }
    }
    assert!(failed >= 30 && done >= 5, "{failed} {done}");
}

/// Whether this machine lets a small disk be made: Linux, as root.
#[cfg(target_os = "linux")]
fn disk(at: &Path, kibibytes: u64) -> Option<Disk> {
    fs::create_dir_all(at).unwrap();
    let size = format!("size={kibibytes}k");
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at).output();
    mounted.is_ok_and(|output| output.status.success()).then(|| Disk(at.to_owned()))
}

#[cfg(target_os = "linux")]
struct Disk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_disk_that_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let length = |folder: &Path| -> u64 {
        let output = Command::new("du").args(["-sk"]).arg(folder).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().parse().unwrap()
    };
    let mut failed = 0;
    for work in works(folder.path()) {
        let before = folder.path().join("before");
        let _ = fs::remove_dir_all(&before);
        copy(&work.base, &before);
        let (before, used) = (told(&before), length(&work.base));
        for more in [24, 120, 700, 1600] {
            let at = folder.path().join("disk");
            let Some(disk) = disk(&at, used + more) else {
                eprintln!("no small disk can be made here; files that cannot grow are tried in its stead");
                return;
            };
            copy(&work.base, &at.join("works"));
            let output = command(&at.join("works"), &work.arguments).stderr(Stdio::piped()).output().unwrap();
            let words = complaint(&output);
            if !output.status.success() {
                // Looked at where there is room.
                let kept = folder.path().join("kept");
                let _ = fs::remove_dir_all(&kept);
                copy(&at.join("works"), &kept);
                drop(disk);
                let found = told(&kept);
                assert_eq!(output.status.code(), Some(4), "{} with {more}: {words}", work.name);
                assert!(words.contains("full") || words.contains("space"), "{}: {words}", work.name);
                assert_eq!(found, before, "{} with {more}: {words}", work.name);
                failed += 1;
            }
        }
    }
    assert!(failed >= 12, "{failed}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    bench.json(&["demo"]);
    let store = bench.path("store");
    let rights = |mode: u32| {
        for entry in fs::read_dir(&store).unwrap().map(Result::unwrap) {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(mode & 0o666)).unwrap();
        }
        fs::set_permissions(&store, fs::Permissions::from_mode(mode)).unwrap();
    };
    rights(0o555);
    fs::set_permissions(store.parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
    for verb in [&["env", "list"][..], &["env", "add", "X"], &["demo"], &["passphrase", "set"]] {
        let mut plain = Command::new(assert_cmd::cargo::cargo_bin!("plumbline"));
        plain.arg("--store").arg(&store).args(verb).current_dir("/");
        // Nobody has no rights; root has all of them, so becomes nobody.
        let is_root =
            fs::metadata("/proc/self").is_ok_and(|data| std::os::unix::fs::MetadataExt::uid(&data) == 0);
        let mut command = if is_root {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid", "65534", "--clear-groups"])
                .arg(plain.get_program())
                .args(plain.get_args());
            command
        } else {
            plain
        };
        let output = command.output().unwrap();
        let words = complaint(&output);
        assert!(matches!(output.status.code(), Some(2 | 4)), "{verb:?}: {words}");
        assert!(words.contains(store.to_str().unwrap()), "{verb:?}: {words}");
    }
    rights(0o755);
    assert!(bench.run(&["doctor"]).status.success());
}

#[test]
fn many_at_once() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    let words = bench.path("words.txt");
    fs::write(&words, "four plumb bobs").unwrap();
    let verbs: [&[&str]; 6] = [
        &["env", "add", "A"],
        &["passphrase", "set"],
        &["control", "add", "--environment", "demo", "--title", "X"],
        &["passphrase", "set"],
        &["backup", "b.zip"],
        &["assess", "--environment", "demo"],
    ];
    let running: Vec<_> = verbs
        .iter()
        .map(|verb| {
            let mut command = Command::new(assert_cmd::cargo::cargo_bin!("plumbline"));
            command.current_dir(bench.path("")).arg("--store").arg(bench.path("store")).args(*verb);
            command.env("PLUMBLINE_PASSPHRASE_FILE", &words).stdout(Stdio::null()).stderr(Stdio::piped());
            command.spawn().unwrap()
        })
        .collect();
    for (running, verb) in running.into_iter().zip(verbs) {
        let output = running.wait_with_output().unwrap();
        let words = complaint(&output);
        assert!(matches!(output.status.code(), Some(0 | 2 | 4)), "{verb:?}: {words}");
        assert!(output.status.success() || words.contains("store"), "{verb:?}: {words}");
    }
    let mut doctor = bench.command(&["doctor"]);
    assert!(doctor.env("PLUMBLINE_PASSPHRASE_FILE", &words).output().unwrap().status.success());
}

#[test]
fn a_newer_store_and_a_clock_that_jumped() {
    let bench = Bench::new();
    bench.json(&["demo"]);
    // A clock that went back by years writes nothing; one that is ahead again does.
    let run = |day: &str, verb: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("plumbline"));
        command.args(["--today", day, "--store"]).arg(bench.path("store")).args(verb).output().unwrap()
    };
    let log = bench.json(&["audit", "log"]);
    let output = run("2019-01-01", &["control", "add", "--title", "X"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(complaint(&output).contains("clock"));
    assert_eq!(bench.json(&["audit", "log"]), log);
    assert!(run("2019-01-01", &["assess"]).status.success(), "looking is no writing");
    assert!(run("2031-01-01", &["control", "add", "--title", "X"]).status.success());
    assert!(run("2031-01-01", &["audit", "verify"]).status.success());
    let raw = rusqlite::Connection::open(bench.path("store").join("plumbline.db")).unwrap();
    raw.pragma_update(None, "user_version", 999).unwrap();
    drop(raw);
    for verb in [&["assess"][..], &["doctor"], &["backup", "x.zip"], &["passphrase", "forget"]] {
        let output = bench.run(verb);
        assert_eq!(output.status.code(), Some(4), "{verb:?}");
        assert!(complaint(&output).contains("newer version"), "{verb:?}");
    }
}

#[test]
fn no_keyring_no_fonts_no_home_and_a_locale_that_does_not_exist() {
    let bench = Bench::new();
    let bare = |verb: &[&str]| {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("plumbline"));
        command.env_clear().current_dir(bench.path(""));
        // Windows starts no program without it.
        command.envs(std::env::var_os("SystemRoot").map(|root| ("SystemRoot", root)));
        command.envs([
            ("LC_ALL", "xx_YY.KOI8-R"),
            ("LANG", "kaputt"),
            ("FONTCONFIG_FILE", "none"),
            ("TZ", "Nowhere/Else"),
        ]);
        command
            .args(["--today", "2026-06-30", "--store"])
            .arg(bench.path("Wörks Ж 厂"))
            .args(verb)
            .output()
            .unwrap()
    };
    for verb in [
        &["demo"][..],
        &["assess"],
        &["report", "--out", "Bericht ü.pdf"],
        &["report", "--language", "de", "--out", "r.docx"],
        &["backup", "b.zip"],
        &["doctor"],
    ] {
        let output = bare(verb);
        assert!(output.status.success(), "{verb:?}: {}", complaint(&output));
    }
    assert!(fs::read(bench.path("Bericht ü.pdf")).unwrap().starts_with(b"%PDF"));
    if cfg!(target_os = "linux") {
        let words = bench.path("words.txt");
        fs::write(&words, "four plumb bobs").unwrap();
        let mut remember = bench.command(&["demo"]);
        assert!(remember.output().unwrap().status.success());
        for (verb, code) in [("set", 0), ("remember", 4), ("forget", 4)] {
            let mut command = bench.command(&["passphrase", verb]);
            command
                .env("PLUMBLINE_PASSPHRASE_FILE", &words)
                .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent");
            let output = command.output().unwrap();
            let words = complaint(&output);
            assert_eq!(output.status.code(), Some(code), "{verb}: {words}");
            assert!(code == 0 || words.contains("keyring"), "{verb}: {words}");
        }
    }
}
