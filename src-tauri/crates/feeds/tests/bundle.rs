//! A bundle is taken whole and as it was signed, or not at all.

#![allow(clippy::unwrap_used, missing_docs)]

use std::{fs, path::PathBuf};

use plumbline_feeds::bundle::{
    Bundle, Error, Fingerprint, Header, Kind, Limits, Pins, SigningKey, Trust, Writer, unwatched,
};
use proptest::prelude::*;
use tempfile::TempDir;

fn made() -> jiff::Timestamp {
    "2026-03-12T08:00:00Z".parse().unwrap()
}

fn header(kind: Kind) -> Header {
    Header { kind, made: made(), maker: "Plant Nord".into() }
}

fn bundle(folder: &TempDir, key: &SigningKey, lines: usize) -> PathBuf {
    let path = folder.path().join("feeds.plb");
    let mut writer = Writer::create(&path, key, header(Kind::Full)).unwrap();
    for number in 0..lines {
        let source = ["nvd", "csaf"][number % 2];
        writer.line(source, format!("{{\"id\":{number}}}").as_bytes()).unwrap();
    }
    writer.finish().unwrap();
    path
}

fn read(path: &std::path::Path) -> Result<Vec<String>, Error> {
    let mut bundle = Bundle::verify(path, &Limits::default(), &mut unwatched)?;
    bundle.lines()?.map(|line| line.map(|line| format!("{} {}", line.source, line.text))).collect()
}

#[test]
fn lines_come_back_as_they_went_in() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::generate().unwrap();
    let path = bundle(&folder, &key, 3);
    assert_eq!(read(&path).unwrap(), ["nvd {\"id\":0}", "csaf {\"id\":1}", "nvd {\"id\":2}"]);
    let bundle = Bundle::verify(&path, &Limits::default(), &mut unwatched).unwrap();
    assert_eq!(bundle.key(), &key.public());
    assert_eq!((bundle.manifest().lines, bundle.manifest().sources["nvd"]), (3, 2));
    assert_eq!(bundle.manifest().made, made());
}

#[test]
fn every_flipped_byte_every_cut_and_anything_behind_it_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(&folder, &SigningKey::generate().unwrap(), 5);
    let whole = fs::read(&path).unwrap();
    let broken = folder.path().join("broken.plb");
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&broken, &bytes).unwrap();
        assert!(read(&broken).is_err(), "byte {at} of {}", whole.len());
    }
    for length in 0..whole.len() {
        fs::write(&broken, &whole[..length]).unwrap();
        assert!(read(&broken).is_err(), "cut at {length}");
    }
    fs::write(&broken, [whole.as_slice(), b"x"].concat()).unwrap();
    assert!(read(&broken).is_err());
    assert!(read(&path).is_ok());
}

#[test]
fn a_difference_keeps_its_date_and_a_failed_one_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let key = SigningKey::generate().unwrap();
    let path = folder.path().join("since.plb");
    let writer = Writer::create(&path, &key, header(Kind::Since(made()))).unwrap();
    assert_eq!(writer.finish().unwrap().kind, Kind::Since(made()));
    let other = folder.path().join("never.plb");
    let mut writer = Writer::create(&other, &key, header(Kind::Full)).unwrap();
    assert!(writer.line("nvd", b"two\nlines").is_err());
    assert!(writer.line("No Source", b"x").is_err());
    drop(writer);
    assert!(!other.exists());
}

#[test]
fn many_lines_stream() {
    let folder = tempfile::tempdir().unwrap();
    let path = bundle(&folder, &SigningKey::generate().unwrap(), 200_000);
    let mut bundle = Bundle::verify(&path, &Limits::default(), &mut unwatched).unwrap();
    assert_eq!(bundle.lines().unwrap().filter(Result::is_ok).count(), 200_000);
    let small = Limits { size: 1000, ..Limits::default() };
    assert!(matches!(Bundle::verify(&path, &small, &mut unwatched), Err(Error::Large { .. })));
}

#[test]
fn the_first_key_is_remembered_and_another_needs_a_word() {
    let (first, second) =
        (SigningKey::generate().unwrap().public(), SigningKey::generate().unwrap().public());
    let mut pins = Pins::default();
    assert_eq!(pins.admit(&first, "a", made(), None).unwrap(), Trust::FirstUse);
    assert!(matches!(pins.admit(&first, "a", made(), None).unwrap(), Trust::Known(_)));
    assert!(matches!(pins.admit(&second, "b", made(), None), Err(Error::Untrusted { .. })));
    assert!(matches!(
        pins.admit(&second, "b", made(), Some(first.fingerprint())),
        Err(Error::OtherKey { .. })
    ));
    assert_eq!(pins.0.len(), 1);
    pins.admit(&second, "b", made(), Some(second.fingerprint())).unwrap();
    let typed: Fingerprint =
        second.fingerprint().to_string().to_uppercase().replace('-', " ").parse().unwrap();
    assert_eq!(typed, second.fingerprint());
}

#[test]
fn a_key_file_is_written_once_and_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.pem");
    let key = SigningKey::generate().unwrap();
    key.write(&path).unwrap();
    assert_eq!(SigningKey::read(&path).unwrap().public(), key.public());
    assert!(matches!(key.write(&path), Err(Error::KeyExists { .. })));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    fs::write(folder.path().join("none.pem"), "no key").unwrap();
    assert!(matches!(SigningKey::read(&folder.path().join("none.pem")), Err(Error::Key { .. })));
    assert!(!format!("{key:?}").contains("PRIVATE"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_make_it_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..400), with_magic in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.plb");
        let bytes = if with_magic { [b"\x89PLFB\r\n\x1a\x01\0\0\0".as_slice(), &bytes].concat() } else { bytes };
        fs::write(&path, bytes).unwrap();
        prop_assert!(read(&path).is_err());
    }
}
