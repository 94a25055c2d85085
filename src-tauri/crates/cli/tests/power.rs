//! The power fails at moments at random in works that change a store. What the command wrote is recorded call by call, and
//! played back up to a moment: what was flushed by then is there; of the rest each write may be, may not, or may in part;
//! names may have changed or not. Whatever is left, the store opens, is sound, and the work is all there or not at all.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod long;

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use long::{Dice, Work, command, copy, told, works};

/// Power cuts of each work.
const CUTS: u32 = 20;
/// What a disk writes whole.
const SECTOR: usize = 512;

/// A call that changed something on the disk.
#[derive(Debug)]
enum Call {
    Make(PathBuf),
    Write(PathBuf, usize, Vec<u8>),
    Length(PathBuf, usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    /// A file, or a folder with its names.
    Flush(PathBuf),
}

/// Bytes of a string as strace prints it with `-xx`.
fn bytes(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(4);
    digits.map(|part| u8::from_str_radix(std::str::from_utf8(&part[2..]).unwrap(), 16).unwrap()).collect()
}

fn quoted(text: &str) -> Vec<Vec<u8>> {
    text.split('"').skip(1).step_by(2).map(bytes).collect()
}

/// Reads what strace recorded.
fn calls(trace: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    // Places in files that are written one after the other, by the number they are open under.
    let mut at: HashMap<String, usize> = HashMap::new();
    let path = |bytes: &[u8]| PathBuf::from(String::from_utf8(bytes.to_vec()).unwrap());
    for line in trace.lines() {
        let Some((name, rest)) = line.split_once('(') else { continue };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else { continue };
        if result.starts_with('-') {
            continue;
        }
        // `4</folder/file>`: the number and what it is open on.
        let open = || {
            let (number, rest) = arguments.split_once('<').unwrap();
            (number.to_owned(), path(&bytes_or_plain(rest.split_once('>').unwrap().0)))
        };
        let last = || arguments.rsplit(", ").next().unwrap().trim_end_matches(')').parse::<usize>().unwrap();
        match name {
            "openat" => {
                let number = result.split('<').next().unwrap().to_owned();
                let file = path(&bytes_or_plain(result.split_once('<').unwrap().1.trim_end_matches('>')));
                at.insert(number, 0);
                if arguments.contains("O_CREAT") {
                    calls.push(Call::Make(file.clone()));
                }
                if arguments.contains("O_TRUNC") {
                    calls.push(Call::Length(file, 0));
                }
            }
            "lseek" => {
                at.insert(open().0, result.parse().unwrap());
            }
            "write" => {
                let (number, file) = open();
                let written: usize = result.parse().unwrap();
                let place = at.entry(number).or_default();
                let mut content = quoted(arguments).remove(0);
                content.truncate(written);
                calls.push(Call::Write(file, *place, content));
                *place += written;
            }
            "pwrite64" => {
                let content = quoted(arguments).remove(0);
                calls.push(Call::Write(open().1, last(), content));
            }
            "ftruncate" => calls.push(Call::Length(open().1, last())),
            "fsync" | "fdatasync" => calls.push(Call::Flush(open().1)),
            "rename" | "renameat" | "renameat2" => {
                let mut names = quoted(arguments);
                let to = names.pop().unwrap();
                calls.push(Call::Rename(path(&names.pop().unwrap()), path(&to)));
            }
            "unlink" => calls.push(Call::Remove(path(&quoted(arguments)[0]))),
            "unlinkat" => {
                let name = path(&quoted(arguments)[0]);
                // Relative to the folder it is told of.
                let name = if name.is_absolute() { name } else { open().1.join(name) };
                // Folders are there as long as there is something in them.
                if !arguments.contains("AT_REMOVEDIR") {
                    calls.push(Call::Remove(name));
                }
            }
            _ => {}
        }
    }
    calls
}

fn bytes_or_plain(text: &str) -> Vec<u8> {
    if text.starts_with("\\x") { bytes(text) } else { text.as_bytes().to_vec() }
}

/// What is to be seen under which name, and what is in it.
#[derive(Default)]
struct Disk {
    names: HashMap<PathBuf, usize>,
    files: Vec<Vec<u8>>,
}

impl Disk {
    fn write(&mut self, file: usize, at: usize, content: &[u8]) {
        let bytes = &mut self.files[file];
        if bytes.len() < at + content.len() {
            bytes.resize(at + content.len(), 0);
        }
        bytes[at..at + content.len()].copy_from_slice(content);
    }
}

/// Plays calls back up to a power cut: on the first so many of them, everything happened; of those behind the last flush
/// that reaches them, whatever chance wants.
fn play(calls: &[Call], base: &Path, here: &Path, cut: usize, dice: &mut Dice) {
    let mut disk = Disk::default();
    fn load(disk: &mut Disk, base: &Path, here: &Path) {
        for entry in fs::read_dir(base).unwrap().map(Result::unwrap) {
            let here = here.join(entry.file_name());
            if entry.path().is_dir() {
                load(disk, &entry.path(), &here);
            } else {
                disk.names.insert(here, disk.files.len());
                disk.files.push(fs::read(entry.path()).unwrap());
            }
        }
    }
    load(&mut disk, base, here);
    // As the program saw it: which file each name stands for at each call.
    let mut seen = disk.names.clone();
    let mut count = disk.files.len();
    let mut of = Vec::new();
    for call in calls {
        of.push(match call {
            Call::Make(path) => *seen.entry(path.clone()).or_insert_with(|| {
                count += 1;
                count - 1
            }),
            Call::Write(path, ..) | Call::Length(path, _) | Call::Flush(path) => {
                seen.get(path).copied().unwrap_or(usize::MAX)
            }
            Call::Remove(path) => seen.remove(path).unwrap_or(usize::MAX),
            Call::Rename(from, to) => {
                // A folder takes what is in it along.
                let inside: Vec<PathBuf> =
                    seen.keys().filter(|path| path.starts_with(from)).cloned().collect();
                for path in inside {
                    let file = seen.remove(&path).unwrap();
                    seen.insert(join(to, path.strip_prefix(from).unwrap()), file);
                }
                usize::MAX
            }
        });
    }
    disk.files.resize(count, Vec::new());
    // Names change in their order; any flush takes all of those before it along.
    let flushed = calls[..cut].iter().rposition(|call| matches!(call, Call::Flush(_))).unwrap_or(0);
    let names_until = flushed + whole(dice.share() * (cut - flushed + 1) as f64);
    for (n, call) in calls[..cut].iter().enumerate() {
        let file = of[n];
        let is_flushed = || {
            calls[n..cut].iter().zip(&of[n..]).any(|(call, of)| *of == file && matches!(call, Call::Flush(_)))
        };
        match call {
            Call::Write(_, at, content) if file != usize::MAX => {
                if is_flushed() {
                    disk.write(file, *at, content);
                } else {
                    // Sector by sector, each by chance, more often all or none of it.
                    let kind = dice.share();
                    for (k, sector) in content.chunks(SECTOR).enumerate() {
                        if kind < 0.4 || (kind < 0.6 && dice.share() < 0.5) {
                            disk.write(file, at + k * SECTOR, sector);
                        }
                    }
                }
            }
            Call::Length(_, length) if file != usize::MAX && (is_flushed() || dice.share() < 0.5) => {
                disk.files[file].resize(*length, 0);
            }
            _ if n > names_until => {}
            Call::Make(path) => {
                disk.names.insert(path.clone(), file);
            }
            Call::Remove(path) => {
                disk.names.remove(path);
            }
            Call::Rename(from, to) => {
                let inside: Vec<PathBuf> =
                    disk.names.keys().filter(|path| path.starts_with(from)).cloned().collect();
                for path in inside {
                    let file = disk.names.remove(&path).unwrap();
                    disk.names.insert(join(to, path.strip_prefix(from).unwrap()), file);
                }
            }
            _ => {}
        }
    }
    fs::remove_dir_all(here).unwrap();
    fs::create_dir_all(here).unwrap();
    for (path, file) in &disk.names {
        // What the program uses outside the folder is no part of it.
        if path.starts_with(here) {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, &disk.files[*file]).unwrap();
        }
    }
}

/// A path joined to nothing is itself.
fn join(to: &Path, rest: &Path) -> PathBuf {
    if rest.as_os_str().is_empty() { to.to_owned() } else { to.join(rest) }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(number: f64) -> usize {
    number as usize
}

/// Runs a work and records its calls.
fn recorded(work: &Work, here: &Path, trace: &Path) -> Vec<Call> {
    let plain = command(here, &work.arguments);
    let mut strace = Command::new("strace");
    strace.args(["-y", "-xx", "-s", "100000000", "-e"]);
    strace.arg(
        "trace=openat,lseek,write,pwrite64,ftruncate,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat",
    );
    strace.arg("-o").arg(trace).arg(plain.get_program());
    // Relative names would have to be followed.
    let store = here.join("store");
    strace.args(plain.get_args().map(|word| if word == "store" { store.as_os_str() } else { word }));
    strace.current_dir(here).envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = strace.output().expect("strace, which the Debian package of that name brings, is needed");
    assert!(output.status.success(), "{}: {}", work.name, String::from_utf8_lossy(&output.stderr));
    calls(&fs::read_to_string(trace).unwrap())
}

#[test]
fn whenever_the_power_fails_the_work_is_all_there_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let wanted = [
        "demo",
        "import of a plant",
        "encrypting",
        "decrypting",
        "another passphrase",
        "restore",
        "migration",
    ];
    let works: Vec<Work> =
        works(folder.path()).into_iter().filter(|work| wanted.contains(&work.name)).collect();
    assert_eq!(works.len(), wanted.len());
    let mut lost = 0;
    for work in &works {
        let at = |name: &str| {
            let at = folder.path().join("cuts").join(name);
            let _ = fs::remove_dir_all(&at);
            copy(&work.base, &at);
            at
        };
        let before = told(&at("before"));
        let here = at("here");
        let calls = recorded(work, &here, &folder.path().join("trace"));
        let after = told(&here);
        // A migration changes nothing that is told.
        assert_eq!(before == after, work.name == "migration");
        let mut dice = Dice(work.name.len() as u64);
        // With nothing lost, what is played back is what was done.
        let flush: Vec<Call> = calls
            .iter()
            .filter_map(|call| match call {
                Call::Write(path, ..) => Some(Call::Flush(path.clone())),
                _ => None,
            })
            .collect();
        let count = calls.len();
        let calls: Vec<Call> = calls.into_iter().chain(flush).collect();
        play(&calls, &work.base, &here, calls.len(), &mut dice);
        assert_eq!(told(&here), after, "{}", work.name);
        for n in 0..CUTS {
            let cut = whole(dice.share() * count as f64);
            play(&calls, &work.base, &here, cut, &mut dice);
            eprintln!("{}, cut {n} at call {cut} of {count}", work.name);
            told(&here);
            let found = told(&here);
            assert!(
                found == before || found == after,
                "{}, cut {n} at call {cut} of {count}:\n{found}\nis neither\n{before}\nnor\n{after}",
                work.name
            );
            lost += u32::from(found == before);
        }
    }
    // Both ends are met.
    let total = CUTS * u32::try_from(works.len()).unwrap();
    assert!(lost > total / 4 && lost < total, "{lost} of {total}");
}
