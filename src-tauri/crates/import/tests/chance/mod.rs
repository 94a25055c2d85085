//! Files changed at random, the same on every machine.

#![allow(dead_code, clippy::unwrap_used, missing_docs)]

use std::io::{Cursor, Read, Write};

use zip::{CompressionMethod, ZipArchive, ZipWriter, write::SimpleFileOptions};

/// Pieces that mean something to one format or another.
const WORDS: [&[u8]; 40] = [
    b"\"",
    b"'",
    b";",
    b",",
    b"\t",
    b"|",
    b"\r\n",
    b"\n",
    b"<",
    b">",
    b"/>",
    b"</",
    b"<![CDATA[",
    b"]]>",
    b"<!--",
    b"<!DOCTYPE x [<!ENTITY y \"z\">]>",
    b"&y;",
    b"&#0;",
    b"&#x10FFFF;",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"\\u0000",
    b"\\ud800",
    b"null",
    b"true",
    b"-1",
    b"1e999",
    b"18446744073709551616",
    b"9999-99-99T99:99:99Z",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"=1+1",
    b"sep=;",
    b"vers:generic/>=1|<2",
    b"cpe:2.3:a:*:*:*:*:*:*:*:*:*:*",
];

/// SplitMix64: the same runs on every machine.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Below `end`; 0 when that is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 { 0 } else { (self.next() % end as u64) as usize }
    }

    pub fn range(&mut self, length: usize, longest: usize) -> std::ops::Range<usize> {
        let start = self.below(length + 1);
        start..(start + self.below(longest)).min(length)
    }
}

/// A file changed at random, in places with pieces of another.
pub fn mutated(seed: &[u8], other: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(6) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(9) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 if at < bytes.len() => bytes[at] = chance.next() as u8,
            2 | 3 => {
                let word = WORDS[chance.below(WORDS.len())];
                bytes.splice(at..at, word.iter().copied());
            }
            4 => drop(bytes.drain(chance.range(bytes.len(), 64))),
            5 => {
                let piece = bytes[chance.range(bytes.len(), 256)].to_vec();
                let times = 1 + chance.below(8);
                bytes.splice(at..at, piece.repeat(times));
            }
            6 => {
                let piece = other[chance.range(other.len(), 256)].to_vec();
                bytes.splice(at..at, piece);
            }
            7 if chance.below(4) == 0 => bytes.truncate(at),
            _ => {
                let range = chance.range(bytes.len(), 32);
                bytes[range].reverse();
            }
        }
    }
    bytes
}

/// An archive with one of its parts changed, so that what is behind the packing is reached.
pub fn repacked(archive: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(archive)).unwrap();
    let changed = chance.below(archive.len());
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        if index == changed {
            bytes = mutated(&bytes, &bytes, chance);
        }
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        writer.start_file(part.name().unwrap(), options).unwrap();
        writer.write_all(&bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
