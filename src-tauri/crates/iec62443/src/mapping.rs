//! Which foundational requirements a finding counts against, and why (scoring.md section 3).

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use vulnerability::{CweId, Vector, cvss::Impact, cwe::Tree};

use crate::{
    catalogue::{self, CweRow},
    evidence::{Finding, Weakness},
    finding::Standing,
    level::{Fr, FrSet},
};

/// The rule that mapped a finding; the first that yields an FR wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// A person's decision.
    Override,
    /// Its weaknesses.
    Cwe,
    /// Words of its title and description.
    Text,
    /// The impact its vector states.
    Impact,
    /// None applied.
    Unclassified,
}

impl Rule {
    /// The word used in documents.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Override => "override",
            Rule::Cwe => "cwe",
            Rule::Text => "text",
            Rule::Impact => "impact",
            Rule::Unclassified => "unclassified",
        }
    }
}

/// A mapping: the FRs and the rule that gave them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The rule.
    pub rule: Rule,
    /// FRs the finding counts against; none when unclassified.
    pub frs: FrSet,
}

/// Maps findings; remembers what it has looked up.
#[derive(Debug, Default)]
pub struct Mapper {
    cwes: FxHashMap<CweId, FrSet>,
}

impl Mapper {
    /// Maps a finding, with the vector chosen for it, where no person has done so ([`Standing::mapping`]).
    pub fn map(&mut self, finding: &Finding<'_>, vector: Option<Vector>) -> Mapping {
        let frs = finding
            .cwes
            .iter()
            .map(|weakness| match weakness {
                Weakness::Cwe(id) => *self
                    .cwes
                    .entry(*id)
                    .or_insert_with(|| by_weakness(*id).map_or(FrSet::EMPTY, |(_, row)| row.primary)),
                Weakness::Other(_) => FrSet::EMPTY,
            })
            .fold(FrSet::EMPTY, FrSet::union);
        if !frs.is_empty() {
            return Mapping { rule: Rule::Cwe, frs };
        }
        if let Some(fr) = by_text(&finding.title, &finding.description).0 {
            return Mapping { rule: Rule::Text, frs: FrSet::from_iter([fr]) };
        }
        if let Some(fr) = vector.and_then(by_impact) {
            return Mapping { rule: Rule::Impact, frs: FrSet::from_iter([fr]) };
        }
        Mapping { rule: Rule::Unclassified, frs: FrSet::EMPTY }
    }
}

impl Standing {
    /// What a person decided at that time; none where nobody did.
    pub fn mapping(&self) -> Option<Mapping> {
        self.overridden.filter(|frs| !frs.is_empty()).map(|frs| Mapping { rule: Rule::Override, frs })
    }
}

/// The table's row for a weakness: its own, or that of its nearest ancestor in the table.
pub fn by_weakness(id: CweId) -> Option<(CweId, &'static CweRow)> {
    Tree::shared().upwards(id).find_map(|at| catalogue::cwe_table().get(&at).map(|row| (at, row)))
}

/// Lower case; every run of characters other than a–z and 0–9 becomes one space, none at the ends.
pub fn normalise(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    out
}

struct Phrases {
    automaton: AhoCorasick,
}

#[allow(clippy::expect_used)]
fn automaton() -> &'static Phrases {
    static PHRASES: OnceLock<Phrases> = OnceLock::new();
    PHRASES.get_or_init(|| {
        // A phrase starts where a word starts: at a space, with one put before the text.
        let patterns = catalogue::phrases().iter().map(|p| format!(" {}", p.phrase));
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(patterns)
            .expect("the keyword table, a part of this program, is small");
        Phrases { automaton }
    })
}

/// The FR whose phrases weigh most (at least 2; a tie goes to the lowest number), and the phrases found,
/// as indices into [`catalogue::phrases`].
pub fn by_text(title: &str, description: &str) -> (Option<Fr>, Vec<usize>) {
    let mut text = String::with_capacity(title.len() + description.len() + 2);
    text.push(' ');
    text.push_str(&normalise(&format!("{title} {description}")));
    let mut found = Vec::new();
    for hit in automaton().automaton.find_overlapping_iter(&text) {
        let index = hit.pattern().as_usize();
        if !found.contains(&index) {
            found.push(index);
        }
    }
    let mut weights = [0u32; 7];
    for phrase in found.iter().filter_map(|index| catalogue::phrases().get(*index)) {
        weights[phrase.fr.index()] += phrase.weight;
    }
    let heaviest = weights.into_iter().max().unwrap_or(0);
    let winner = Fr::ALL.into_iter().find(|fr| heaviest >= 2 && weights[fr.index()] == heaviest);
    found.sort_unstable();
    (winner, found)
}

/// Highest of integrity, availability, confidentiality, in that order on a tie; none without impact.
pub fn by_impact(vector: Vector) -> Option<Fr> {
    let impacts = vector.impacts();
    [(impacts.integrity, Fr::Si), (impacts.availability, Fr::Ra), (impacts.confidentiality, Fr::Dc)]
        .into_iter()
        .filter(|(impact, _)| *impact > Impact::None)
        // max_by_key takes the last of equals, so look from the back.
        .rev()
        .max_by_key(|(impact, _)| *impact)
        .map(|(_, fr)| fr)
}

/// What the winning rule went by, for people: rows of the CWE table, phrases with weights, impacts.
pub fn because(finding: &Finding<'_>, mapping: Mapping, vector: Option<Vector>) -> Vec<String> {
    match mapping.rule {
        Rule::Override | Rule::Unclassified => Vec::new(),
        Rule::Cwe => finding
            .cwes
            .iter()
            .filter_map(|weakness| {
                let Weakness::Cwe(id) = weakness else { return None };
                let (row_id, row) = by_weakness(*id).filter(|(_, row)| !row.primary.is_empty())?;
                let way = if row_id == *id { id.to_string() } else { format!("{id} → {row_id}") };
                let frs: Vec<String> = row.primary.iter().map(|fr| format!("FR {}", fr.number())).collect();
                Some(format!("{way}: {}", frs.join(", ")))
            })
            .collect(),
        Rule::Text => by_text(&finding.title, &finding.description)
            .1
            .into_iter()
            .filter_map(|index| catalogue::phrases().get(index))
            .map(|p| format!("“{}”: FR {} +{}", p.phrase, p.fr.number(), p.weight))
            .collect(),
        Rule::Impact => vector
            .map(|v| {
                let i = v.impacts();
                let word = |impact| match impact {
                    Impact::None => "N",
                    Impact::Low => "L",
                    Impact::High => "H",
                };
                format!("I:{} A:{} C:{}", word(i.integrity), word(i.availability), word(i.confidentiality))
            })
            .into_iter()
            .collect(),
    }
}

/// FRs of the weaknesses' secondary columns, for information only.
pub fn secondary(finding: &Finding<'_>) -> FrSet {
    rows(finding).fold(FrSet::EMPTY, |set, row| set.union(row.secondary))
}

/// SRs the weaknesses touch, in the standard's order, each once.
pub fn requirements(finding: &Finding<'_>) -> Vec<&'static str> {
    let mut positions: Vec<usize> = rows(finding)
        .flat_map(|row| row.srs.iter())
        .filter_map(|sr| catalogue::system().position(sr))
        .collect();
    positions.sort_unstable();
    positions.dedup();
    positions
        .into_iter()
        .filter_map(|at| catalogue::system().requirements.get(at))
        .map(|r| r.id.as_str())
        .collect()
}

/// SRs that the weaknesses of findings touch: the commonest so many, in the standard's order.
pub fn commonest<'f>(findings: impl IntoIterator<Item = &'f Finding<'f>>, most: usize) -> Vec<&'static str> {
    let all = &catalogue::system().requirements;
    let mut counts = vec![0_u32; all.len()];
    // Many findings share few weaknesses.
    let mut touched: FxHashMap<CweId, Vec<usize>> = FxHashMap::default();
    let mut of_one: Vec<usize> = Vec::new();
    for finding in findings {
        of_one.clear();
        for weakness in &finding.cwes {
            let Weakness::Cwe(id) = weakness else { continue };
            of_one.extend_from_slice(touched.entry(*id).or_insert_with(|| {
                let srs = by_weakness(*id).map(|(_, row)| row.srs.as_slice()).unwrap_or_default();
                srs.iter().filter_map(|sr| catalogue::system().position(sr)).collect()
            }));
        }
        of_one.sort_unstable();
        of_one.dedup();
        for at in &of_one {
            counts[*at] += 1;
        }
    }
    let mut order: Vec<usize> = (0..all.len()).filter(|at| counts[*at] > 0).collect();
    order.sort_by_key(|at| (std::cmp::Reverse(counts[*at]), *at));
    order.truncate(most);
    order.sort_unstable();
    order.into_iter().map(|at| all[at].id.as_str()).collect()
}

fn rows<'f>(finding: &'f Finding<'_>) -> impl Iterator<Item = &'static CweRow> + 'f {
    finding.cwes.iter().filter_map(|weakness| match weakness {
        Weakness::Cwe(id) => by_weakness(*id).map(|(_, row)| row),
        Weakness::Other(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_start_words_and_may_end_inside_them() {
        assert_eq!(by_text("Device crashes and hangs", "").0, Some(Fr::Ra));
        assert_eq!(by_text("Changes to the hangar page", "").0, None);
        assert_eq!(by_text("Hard-coded  PASSWORD", "").0, Some(Fr::Iac));
        assert_eq!(by_text("", "Cross-Site Scripting").0, Some(Fr::Si));
        assert_eq!(by_text("log", "in").0, None);
    }

    #[test]
    fn a_phrase_counts_once_and_a_tie_goes_to_the_lowest_fr() {
        // One word of weight 1, said three times, stays below 2.
        assert_eq!(by_text("crash crash crash", "").0, None);
        // "tls" (FR 4) with "cipher" against "firewall" with "vlan" (FR 5): 2 to 2.
        assert_eq!(by_text("tls cipher firewall vlan", "").0, Some(Fr::Dc));
    }

    #[test]
    fn impact_decides_by_height_then_by_order() {
        let fr = |v: &str| by_impact(v.parse().unwrap());
        assert_eq!(fr("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), Some(Fr::Si));
        assert_eq!(fr("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:H"), Some(Fr::Ra));
        assert_eq!(fr("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"), Some(Fr::Dc));
        assert_eq!(fr("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), None);
    }

    #[test]
    fn an_unlisted_weakness_takes_its_nearest_listed_ancestor() {
        for id in 1..1500 {
            let id = CweId(id);
            if let Some((at, _)) = by_weakness(id) {
                assert!(catalogue::cwe_table().contains_key(&at));
                assert_eq!(at == id, catalogue::cwe_table().contains_key(&id));
            }
        }
    }
}
