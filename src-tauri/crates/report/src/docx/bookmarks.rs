//! Names of bookmarks: what Word takes for one is narrower than the ids of the content.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::content::{Block, Content};

/// Characters of a bookmark's name at most.
const LONGEST: usize = 40;

/// A bookmark for every heading of a report.
pub(super) struct Bookmarks<'c> {
    by_id: FxHashMap<&'c str, (usize, String)>,
}

impl<'c> Bookmarks<'c> {
    pub(super) fn of(content: &'c Content) -> Bookmarks<'c> {
        let mut by_id = FxHashMap::default();
        let mut taken = FxHashSet::default();
        let headings = content.sections.iter().flat_map(|section| {
            let below = section.blocks.iter().filter_map(|block| match block {
                Block::Heading { id, .. } => Some(id.as_str()),
                _ => None,
            });
            std::iter::once(section.id.as_str()).chain(below)
        });
        for (at, id) in headings.enumerate() {
            let name = name(id);
            // Word compares without regard to case.
            let name = if taken.insert(name.to_ascii_lowercase()) { name } else { numbered(&name, at) };
            taken.insert(name.to_ascii_lowercase());
            by_id.entry(id).or_insert((at, name));
        }
        Bookmarks { by_id }
    }

    /// Number and name of the bookmark of a heading.
    pub(super) fn get(&self, id: &str) -> Option<(usize, &str)> {
        self.by_id.get(id).map(|(number, name)| (*number, name.as_str()))
    }
}

/// A letter, then letters, digits and underscores.
fn name(id: &str) -> String {
    let kept = id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' });
    "to_".chars().chain(kept).take(LONGEST).collect()
}

/// A name of its own: no other ends in two underscores and this number.
fn numbered(name: &str, number: usize) -> String {
    let end = format!("__{number}");
    name.chars().take(LONGEST - end.len()).chain(end.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Section;

    #[test]
    fn names_are_valid_and_stand_once() {
        let long = "zone-".repeat(20);
        let ids = ["zone 1", "zone-1", "Zone_1", "", "泵站", "泵房", &long, &format!("{long}x")];
        let content = Content {
            schema: "",
            language: iec62443::catalogue::Language::En,
            paper: crate::Paper::A4,
            brief: false,
            head: Default::default(),
            cover: Default::default(),
            sections: ids.iter().map(|id| Section { id: (*id).to_owned(), ..Section::default() }).collect(),
        };
        let bookmarks = Bookmarks::of(&content);
        let mut names: Vec<String> =
            ids.iter().map(|id| bookmarks.get(id).unwrap().1.to_ascii_lowercase()).collect();
        for name in &names {
            assert!(name.len() <= LONGEST && name.starts_with("to_"), "{name}");
            assert!(name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{name}");
        }
        names.sort();
        names.dedup();
        assert_eq!(names.len(), ids.len());
    }
}
