//! Security levels and foundational requirements (IEC 62443-1-1, 62443-3-3).

use std::fmt;

use serde::{Deserialize, Serialize, de};

/// A security level, 0 to 4 (62443-3-3 annex A: 0 none, 4 against extended resources).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct SecurityLevel(u8);

impl SecurityLevel {
    /// No particular protection.
    pub const ZERO: SecurityLevel = SecurityLevel(0);
    /// The highest level.
    pub const MAX: SecurityLevel = SecurityLevel(4);

    /// The level, when the number is 0 to 4.
    pub fn new(level: u8) -> Option<SecurityLevel> {
        (level <= 4).then_some(SecurityLevel(level))
    }

    /// The number, 0 to 4.
    pub fn get(self) -> u8 {
        self.0
    }

    /// The highest of levels 1 to 4 that passes, or 0.
    pub(crate) fn highest(passes: impl Fn(usize) -> bool) -> SecurityLevel {
        SecurityLevel((1..=4u8).rev().find(|level| passes(usize::from(*level))).unwrap_or(0))
    }
}

impl fmt::Display for SecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for SecurityLevel {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        u8::try_from(number).ok().and_then(SecurityLevel::new).ok_or_else(|| {
            de::Error::custom(format!("{number} is not a security level; it is a whole number from 0 to 4"))
        })
    }
}

/// A foundational requirement (62443-1-1 clause 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Fr {
    /// FR 1, identification and authentication control
    Iac = 1,
    /// FR 2, use control
    Uc,
    /// FR 3, system integrity
    Si,
    /// FR 4, data confidentiality
    Dc,
    /// FR 5, restricted data flow
    Rdf,
    /// FR 6, timely response to events
    Tre,
    /// FR 7, resource availability
    Ra,
}

impl Fr {
    /// All seven in order.
    pub const ALL: [Fr; 7] = [Fr::Iac, Fr::Uc, Fr::Si, Fr::Dc, Fr::Rdf, Fr::Tre, Fr::Ra];

    /// The requirement with this number, 1 to 7.
    pub fn new(number: u8) -> Option<Fr> {
        Fr::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// 1 to 7.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// 0 to 6, for arrays of seven.
    pub fn index(self) -> usize {
        usize::from(self as u8) - 1
    }

    /// The standard's short code, such as `IAC`.
    pub fn code(self) -> &'static str {
        ["IAC", "UC", "SI", "DC", "RDF", "TRE", "RA"][self.index()]
    }
}

impl Serialize for Fr {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for Fr {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u64::deserialize(deserializer)?;
        u8::try_from(number).ok().and_then(Fr::new).ok_or_else(|| {
            de::Error::custom(format!("{number} is not a foundational requirement; they are numbered 1 to 7"))
        })
    }
}

/// A set of foundational requirements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct FrSet(u8);

impl FrSet {
    /// None of them.
    pub const EMPTY: FrSet = FrSet(0);
    /// All seven.
    pub const ALL: FrSet = FrSet(0b111_1111);

    /// Whether `fr` is in the set.
    pub fn contains(self, fr: Fr) -> bool {
        self.0 & (1 << fr.index()) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Members in order.
    pub fn iter(self) -> impl Iterator<Item = Fr> {
        Fr::ALL.into_iter().filter(move |fr| self.contains(*fr))
    }

    /// Members of either set.
    #[must_use]
    pub fn union(self, other: FrSet) -> FrSet {
        FrSet(self.0 | other.0)
    }

    /// Members as numbers 1 to 7.
    pub fn numbers(self) -> Vec<u8> {
        self.iter().map(Fr::number).collect()
    }
}

impl FromIterator<Fr> for FrSet {
    fn from_iter<I: IntoIterator<Item = Fr>>(members: I) -> FrSet {
        FrSet(members.into_iter().fold(0, |bits, fr| bits | 1 << fr.index()))
    }
}

impl Serialize for FrSet {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for FrSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> de::Visitor<'de> for Members {
            type Value = FrSet;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of foundational requirements, numbers 1 to 7")
            }
            fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<FrSet, A::Error> {
                let mut set = FrSet::EMPTY;
                while let Some(fr) = seq.next_element::<Fr>()? {
                    set = set.union(FrSet::from_iter([fr]));
                }
                Ok(set)
            }
        }
        deserializer.deserialize_seq(Members)
    }
}

/// A vector in the field's notation, `{2 2 0 2 2 2 1}`; `-` where a level is not assessable.
pub fn vector_text(levels: impl IntoIterator<Item = Option<SecurityLevel>>) -> String {
    let words: Vec<String> =
        levels.into_iter().map(|level| level.map_or_else(|| "-".to_owned(), |l| l.to_string())).collect();
    format!("{{{}}}", words.join(" "))
}
