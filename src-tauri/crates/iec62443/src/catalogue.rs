//! The standard's requirement catalogues and Plumbline's own tables, read once from the data the program
//! carries. Ids, titles and levels are the standard's facts; sentences are the project's own.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;
use vulnerability::CweId;

use crate::{
    level::{Fr, FrSet, SecurityLevel},
    risk::{Matrix, Starter},
    system::ZoneRequirement,
};

/// A text in the languages of the program.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// German.
    pub de: String,
}

/// Languages of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English
    #[default]
    En,
    /// German
    De,
}

impl Words {
    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::De => &self.de,
        }
    }
}

/// A system requirement or requirement enhancement of IEC 62443-3-3.
#[derive(Clone, Debug, Deserialize)]
pub struct Requirement {
    /// `SR 1.1` or `SR 1.1 RE(1)`.
    pub id: String,
    /// The FR it belongs to.
    pub fr: Fr,
    /// Lowest level that requires it.
    pub sl: SecurityLevel,
    /// Title.
    pub title: Words,
    /// What it asks, in our words.
    pub summary: Words,
    /// What an assessor looks at.
    pub hint: Words,
}

/// IEC 62443-3-3.
#[derive(Debug)]
pub struct SystemRequirements {
    /// All SRs and REs in the standard's order.
    pub requirements: Vec<Requirement>,
    by_id: FxHashMap<String, usize>,
}

impl SystemRequirements {
    /// Index of a requirement in [`SystemRequirements::requirements`].
    pub fn position(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The requirement with this id.
    pub fn get(&self, id: &str) -> Option<&Requirement> {
        self.requirements.get(self.position(id)?)
    }
}

macro_rules! asset {
    ($name:literal) => {
        include_str!(concat!("../../../../assets/catalogue/", $name))
    };
}

/// Reads a table that is part of the program; a fault in it is a fault of the build, found by the tests.
#[allow(clippy::panic)]
fn read<T: for<'de> Deserialize<'de>>(name: &str, text: &str) -> T {
    serde_json::from_str(text)
        .unwrap_or_else(|error| panic!("{name}, a part of this program, is broken: {error}"))
}

/// The 100 SRs and REs of IEC 62443-3-3.
pub fn system() -> &'static SystemRequirements {
    static TABLE: OnceLock<SystemRequirements> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            requirements: Vec<Requirement>,
        }
        let file: File = read("iec62443-3-3.json", asset!("iec62443-3-3.json"));
        let by_id = file.requirements.iter().enumerate().map(|(i, r)| (r.id.clone(), i)).collect();
        SystemRequirements { requirements: file.requirements, by_id }
    })
}

/// A mitigation of MITRE ATT&CK for ICS that serves requirements of IEC 62443-3-3.
#[derive(Clone, Debug, Deserialize)]
pub struct Mitigation {
    /// `M0930`.
    pub id: String,
    /// Name.
    pub name: String,
    /// Requirements that ATT&CK labels it with.
    pub srs: Vec<String>,
    /// Techniques that it counters, number and name.
    pub against: Vec<String>,
}

/// The mitigations that carry requirements, by number.
pub fn mitigations() -> &'static [Mitigation] {
    static TABLE: OnceLock<Vec<Mitigation>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            mitigations: Vec<Mitigation>,
        }
        let file: File = read("attack-ics.json", asset!("attack-ics.json"));
        file.mitigations
    })
}

/// The mitigations that serve any of these requirements, or what they enhance; by number.
pub fn serving(srs: &[impl AsRef<str>]) -> impl Iterator<Item = &'static Mitigation> {
    let base = |sr: &str| sr.split(" RE").next().unwrap_or_default().to_owned();
    let bases: Vec<String> = srs.iter().map(|sr| base(sr.as_ref())).collect();
    mitigations().iter().filter(move |one| one.srs.iter().any(|sr| bases.contains(sr)))
}

/// IEC 62443-3-2.
#[derive(Debug, Deserialize)]
pub struct RiskTables {
    /// ZCR 1 to 7, groups and members, in the standard's order.
    pub requirements: Vec<ZoneRequirement>,
    /// The matrix to start from.
    pub matrix: Matrix,
}

/// IEC 62443-3-2.
pub fn risk() -> &'static RiskTables {
    static TABLE: OnceLock<RiskTables> = OnceLock::new();
    TABLE.get_or_init(|| read("iec62443-3-2.json", asset!("iec62443-3-2.json")))
}

/// Threat scenarios to start from, in our words.
pub fn starters() -> &'static [Starter] {
    static TABLE: OnceLock<Vec<Starter>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            scenarios: Vec<Starter>,
        }
        read::<File>("threats.json", asset!("threats.json")).scenarios
    })
}

/// A component requirement of IEC 62443-4-2.
#[derive(Clone, Debug, Deserialize)]
pub struct ComponentRequirement {
    /// `CR 1.1`, `NDR 1.6 RE(1)`.
    pub id: String,
    /// The FR it belongs to.
    pub fr: Fr,
    /// Lowest capability level that requires it.
    pub sl: SecurityLevel,
    /// Component types it concerns.
    pub types: Vec<String>,
    /// Title.
    pub title: String,
}

/// The 122 component requirements of IEC 62443-4-2.
pub fn component() -> &'static [ComponentRequirement] {
    static TABLE: OnceLock<Vec<ComponentRequirement>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            requirements: Vec<ComponentRequirement>,
        }
        read::<File>("iec62443-4-2.json", asset!("iec62443-4-2.json")).requirements
    })
}

/// A foundational requirement's names.
#[derive(Clone, Debug, Deserialize)]
pub struct FrEntry {
    /// Which.
    pub fr: Fr,
    /// Name.
    pub name: Words,
    /// What it is about, in our words.
    pub about: Words,
}

/// The seven foundational requirements.
pub fn foundational() -> &'static [FrEntry] {
    static TABLE: OnceLock<Vec<FrEntry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            requirements: Vec<FrEntry>,
        }
        read::<File>("fr.json", asset!("fr.json")).requirements
    })
}

/// What a security level protects against.
#[derive(Clone, Debug, Deserialize)]
pub struct LevelEntry {
    /// The level.
    pub sl: SecurityLevel,
    /// What it protects against, in our words.
    pub protects: Words,
}

/// Definitions of the levels 0 to 4.
pub fn levels() -> &'static [LevelEntry] {
    static TABLE: OnceLock<Vec<LevelEntry>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            levels: Vec<LevelEntry>,
        }
        read::<File>("levels.json", asset!("levels.json")).levels
    })
}

/// A clause of IEC 62443-2-1.
#[derive(Clone, Debug, Deserialize)]
pub struct Clause {
    /// Clause or requirement number.
    pub id: String,
    /// Title.
    pub title: String,
    /// Kinds of evidence the product can show.
    #[serde(default)]
    pub evidence: Vec<String>,
}

/// IEC 62443-2-1 in both editions.
#[derive(Clone, Debug, Deserialize)]
pub struct SecurityProgram {
    /// How the product's clause reference reads in either edition.
    pub clause_note: Words,
    /// Clauses of the 2010 edition.
    pub edition_2010: Vec<Clause>,
    /// Requirements of the 2024 edition.
    pub edition_2024: Vec<Clause>,
    /// Labels of the kinds of evidence.
    pub evidence_kinds: std::collections::BTreeMap<String, Words>,
}

/// IEC 62443-2-1.
pub fn security_program() -> &'static SecurityProgram {
    static TABLE: OnceLock<SecurityProgram> = OnceLock::new();
    TABLE.get_or_init(|| read("iec62443-2-1.json", asset!("iec62443-2-1.json")))
}

/// A row of the CWE table.
#[derive(Clone, Debug)]
pub struct CweRow {
    /// FRs it counts against; empty where the CVSS impact decides.
    pub primary: FrSet,
    /// FRs shown for information only.
    pub secondary: FrSet,
    /// SRs it touches.
    pub srs: Vec<String>,
    /// Why, in our words.
    pub reason: Words,
}

/// The table from CWE to FR, `cwe-fr/1`.
pub fn cwe_table() -> &'static FxHashMap<CweId, CweRow> {
    static TABLE: OnceLock<FxHashMap<CweId, CweRow>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            reasons: FxHashMap<String, Words>,
            cwes: Vec<Row>,
        }
        #[derive(Deserialize)]
        struct Row {
            cwe: u32,
            #[serde(default)]
            primary: FrSet,
            #[serde(default)]
            secondary: FrSet,
            #[serde(default)]
            srs: Vec<String>,
            reason: String,
        }
        let file: File = read("cwe-fr.json", asset!("cwe-fr.json"));
        file.cwes
            .into_iter()
            .map(|row| {
                let reason = file
                    .reasons
                    .get(&row.reason)
                    .cloned()
                    .unwrap_or(Words { en: row.reason.clone(), de: row.reason });
                (
                    CweId(row.cwe),
                    CweRow { primary: row.primary, secondary: row.secondary, srs: row.srs, reason },
                )
            })
            .collect()
    })
}

/// A phrase of the keyword table.
#[derive(Clone, Debug)]
pub struct Phrase {
    /// The FR it speaks for.
    pub fr: Fr,
    /// How much it weighs.
    pub weight: u32,
    /// The phrase, lower case, words parted by one space.
    pub phrase: String,
}

/// The keyword table, `fr-keywords/1`.
pub fn phrases() -> &'static [Phrase] {
    static TABLE: OnceLock<Vec<Phrase>> = OnceLock::new();
    TABLE.get_or_init(|| {
        #[derive(Deserialize)]
        struct File {
            phrases: Vec<Group>,
        }
        #[derive(Deserialize)]
        struct Group {
            fr: Fr,
            weight: u32,
            phrases: Vec<String>,
        }
        let file: File = read("fr-keywords.json", asset!("fr-keywords.json"));
        file.phrases
            .into_iter()
            .flat_map(|group| {
                group.phrases.into_iter().map(move |phrase| Phrase {
                    fr: group.fr,
                    weight: group.weight,
                    phrase: crate::mapping::normalise(&phrase),
                })
            })
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mitigations_serve_requirements_that_exist() {
        assert!(mitigations().len() > 30);
        for mitigation in mitigations() {
            assert!(!mitigation.srs.is_empty(), "{}", mitigation.id);
            for sr in &mitigation.srs {
                assert!(system().position(sr).is_some(), "{}: {sr}", mitigation.id);
            }
        }
    }

    #[test]
    fn an_enhancement_is_served_by_what_serves_its_base() {
        let ids = |sr: &str| serving(&[sr]).map(|one| one.id.as_str()).collect::<Vec<_>>();
        assert!(!ids("SR 1.1").is_empty());
        assert_eq!(ids("SR 1.1 RE(1)"), ids("SR 1.1"));
        assert!(ids("SR 9.9").is_empty());
    }

    #[test]
    fn catalogues_are_whole() {
        assert_eq!(system().requirements.len(), 100);
        assert_eq!(component().len(), 122);
        assert_eq!(foundational().len(), 7);
        assert_eq!(levels().len(), 5);
        assert_eq!(risk().requirements.len(), 39);
        assert!(risk().requirements.iter().all(|zcr| !zcr.title.en.is_empty() && !zcr.title.de.is_empty()));
        assert_eq!(cwe_table().len(), 560);
        assert_eq!(cwe_table().values().filter(|row| row.primary.is_empty()).count(), 106);
        assert!(phrases().len() > 100);
        assert!(security_program().edition_2010.iter().any(|c| c.id == "4.2.3.9"));
    }

    #[test]
    fn levels_of_requirements_follow_the_standard() {
        for (id, sl) in
            [("SR 1.1", 1), ("SR 1.1 RE(1)", 2), ("SR 1.1 RE(3)", 4), ("SR 3.4", 2), ("SR 7.8", 2)]
        {
            assert_eq!(system().get(id).map(|r| r.sl.get()), Some(sl), "{id}");
        }
        // An enhancement is never required below its base.
        for requirement in &system().requirements {
            let base = requirement.id.split(" RE").next().unwrap();
            assert!(system().get(base).unwrap().sl <= requirement.sl, "{}", requirement.id);
            assert!(requirement.id.starts_with(&format!("SR {}.", requirement.fr.number())));
        }
    }

    #[test]
    fn every_sr_of_the_cwe_table_exists() {
        for row in cwe_table().values() {
            for sr in &row.srs {
                assert!(system().get(sr).is_some(), "{sr}");
            }
        }
    }
}
