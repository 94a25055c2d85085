//! What names a plant's own things and people, and so must not stand in what is given to others.

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashSet;

use crate::{input::PlantInput, words::clean};

/// Finds names of a plant's own things in texts that came from outside, such as a scanner's titles.
pub(crate) struct Private {
    names: Option<AhoCorasick>,
}

impl Private {
    /// The names of assets, zones, environments and people of some plants, without those that stand in `public` (names
    /// of vendors and products that are given away anyway).
    pub(crate) fn of(plants: &[PlantInput<'_>], public: &str) -> Private {
        let mut names = FxHashSet::default();
        let mut put = |text: &str| {
            let text = clean(text).to_lowercase();
            let letters = text.chars().filter(|c| c.is_alphabetic()).count();
            // A digit alone, or two, name nothing.
            if text.chars().count() >= 2 && (letters > 0 || text.len() > 2) {
                names.insert(text);
            }
        };
        for PlantInput { plant, .. } in plants {
            [&plant.environment.id, &plant.environment.name].into_iter().for_each(|text| put(text));
            plant
                .evidence
                .zones
                .iter()
                .for_each(|zone| [&zone.id, &zone.name].into_iter().for_each(|t| put(t)));
            plant.evidence.assets.iter().for_each(|asset| put(&asset.id));
            for asset in &plant.assets {
                [&asset.tag, &asset.name, &asset.owner, &asset.serial, &asset.ip, &asset.mac]
                    .into_iter()
                    .for_each(|text| put(text));
            }
            plant.controls.iter().for_each(|control| put(&control.owner));
            plant.event_notes.iter().flatten().for_each(|note| put(&note.by));
            plant.tickets.iter().for_each(|ticket| put(&ticket.assignee));
            plant.answered_by.iter().for_each(|who| put(who));
        }
        let mut names: Vec<String> = names.into_iter().collect();
        names.sort_unstable();
        let mut known = vec![false; names.len()];
        if let Some(search) = search(&names) {
            for name in words_found(&search, &public.to_lowercase()) {
                known[name] = true;
            }
        }
        let mut known = known.into_iter();
        names.retain(|_| !known.next().unwrap_or(false));
        Private { names: search(&names) }
    }

    /// Whether a text names something of the plant, as a word or several of its own.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        self.names.as_ref().is_some_and(|names| words_found(names, &text).next().is_some())
    }
}

/// Which names stand in a text as words of their own.
fn words_found<'t>(names: &'t AhoCorasick, text: &'t str) -> impl Iterator<Item = usize> + 't {
    let apart = |neighbour: Option<char>| neighbour.is_none_or(|c| !c.is_alphanumeric());
    let found = names.find_overlapping_iter(text).filter(move |found| {
        apart(text[..found.start()].chars().next_back()) && apart(text[found.end()..].chars().next())
    });
    found.map(|found| found.pattern().as_usize())
}

/// A search for any of the names; none where there are no names, or more than can be searched for.
fn search(names: &[String]) -> Option<AhoCorasick> {
    if names.is_empty() { None } else { AhoCorasick::new(names).ok() }
}
