//! The fonts of the program: advances for measuring, and subsets for embedding.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use allsorts::{
    binary::read::ReadScope,
    font_data::FontData,
    subset::{CmapTarget, SubsetProfile, subset},
};
use printpdf::ParsedFont;

use crate::ReportError;

/// A face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Face {
    Regular,
    Strong,
    Mono,
}

impl Face {
    pub(crate) fn name(self) -> &'static str {
        ["IBMPlexSans-Regular", "IBMPlexSans-SemiBold", "IBMPlexMono-Regular"][self as usize]
    }

    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Face::Regular => include_bytes!("../../../../../assets/fonts/IBMPlexSans-Regular.ttf"),
            Face::Strong => include_bytes!("../../../../../assets/fonts/IBMPlexSans-SemiBold.ttf"),
            Face::Mono => include_bytes!("../../../../../assets/fonts/IBMPlexMono-Regular.ttf"),
        }
    }
}

/// Stands for a character that a face lacks, so that nothing vanishes.
const SUBSTITUTES: [char; 3] = ['\u{25a1}', '\u{fffd}', '?'];

struct Metrics {
    /// Advance of each character in thousandths of the size.
    advances: BTreeMap<u32, f32>,
    /// The same for what nearly every text is made of.
    latin: [f32; 0x250],
    glyphs: BTreeMap<u32, u16>,
    substitute: char,
}

/// Metrics of every face.
pub(crate) struct Fonts([Metrics; 3]);

impl Fonts {
    /// Reads the faces once.
    pub(crate) fn shared() -> Result<&'static Fonts, ReportError> {
        static FONTS: OnceLock<Result<Fonts, (&'static str, String)>> = OnceLock::new();
        FONTS
            .get_or_init(|| {
                let read = |face: Face| read(face).map_err(|reason| (face.name(), reason));
                Ok(Fonts([read(Face::Regular)?, read(Face::Strong)?, read(Face::Mono)?]))
            })
            .as_ref()
            .map_err(|(font, reason)| ReportError::Font { font, reason: reason.clone() })
    }

    fn of(&self, face: Face) -> &Metrics {
        &self.0[face as usize]
    }

    /// Number of the glyph that shows a character; 0, the empty box, where the face lacks it.
    pub(crate) fn glyph(&self, face: Face, c: char) -> u16 {
        self.of(face).glyphs.get(&u32::from(c)).copied().unwrap_or(0)
    }

    /// Whether a face can show a character.
    pub(crate) fn has(&self, face: Face, c: char) -> bool {
        self.of(face).advances.contains_key(&u32::from(c))
    }

    /// A text with what the face lacks replaced by a visible substitute. Soft hyphens stay: they are
    /// places to break, not characters to show.
    pub(crate) fn printable<'t>(&self, face: Face, text: &'t str) -> std::borrow::Cow<'t, str> {
        let shown = |c: char| c == '\u{ad}' || self.has(face, c);
        if text.is_ascii() && text.bytes().all(|b| b >= 0x20 && b != 0x7f) || text.chars().all(shown) {
            return text.into();
        }
        let substitute = self.of(face).substitute;
        // A mark that sits on the character before it is no place of its own.
        text.chars().map(|c| if shown(c) { c } else { substitute }).collect::<String>().into()
    }

    /// Width of a printable text, in points.
    pub(crate) fn width(&self, face: Face, size: f32, text: &str) -> f32 {
        let metrics = self.of(face);
        let mut sum = 0.0;
        for c in text.chars() {
            let code = u32::from(c);
            sum += match metrics.latin.get(code as usize) {
                Some(advance) => *advance,
                None => metrics.advances.get(&code).copied().unwrap_or(0.0),
            };
        }
        sum * size / 1000.0
    }
}

fn read(face: Face) -> Result<Metrics, String> {
    let font = ParsedFont::from_bytes(face.bytes(), 0, &mut Vec::new()).ok_or("it cannot be parsed")?;
    let upm = f32::from(font.units_per_em.max(1));
    let advances: BTreeMap<u32, f32> = font
        .codepoint_to_glyph
        .iter()
        .filter(|(code, gid)| **gid != 0 && **code >= 0x20)
        .map(|(code, gid)| {
            (*code, f32::from(font.glyph_widths.get(gid).copied().unwrap_or(0)) * 1000.0 / upm)
        })
        .collect();
    let mut latin = [0.0; 0x250];
    for (code, advance) in &advances {
        if let Some(place) = latin.get_mut(*code as usize) {
            *place = *advance;
        }
    }
    latin[0xad] = 0.0;
    let substitute = SUBSTITUTES
        .into_iter()
        .find(|c| advances.contains_key(&u32::from(*c)))
        .ok_or("it lacks the question mark")?;
    Ok(Metrics { glyphs: font.codepoint_to_glyph, advances, latin, substitute })
}

/// A face with only the characters used, ready to embed. printpdf leaves fonts whole unless it brings its
/// layout engine, so the subset is made here.
pub(crate) fn embed(face: Face, used: &BTreeSet<char>) -> Result<ParsedFont, ReportError> {
    let wrong = |reason: String| ReportError::Font { font: face.name(), reason };
    let metrics = Fonts::shared()?.of(face);
    let wanted: Vec<(u32, u16)> = used
        .iter()
        .filter_map(|c| metrics.glyphs.get(&u32::from(*c)).map(|gid| (u32::from(*c), *gid)))
        .collect();
    let mut ids: Vec<u16> = std::iter::once(0).chain(wanted.iter().map(|(_, gid)| *gid)).collect();
    ids.sort_unstable();
    ids.dedup();
    let file = ReadScope::new(face.bytes()).read::<FontData<'_>>().map_err(|e| wrong(e.to_string()))?;
    let provider = file.table_provider(0).map_err(|e| wrong(e.to_string()))?;
    let bytes = subset(&provider, &ids, &SubsetProfile::Pdf, CmapTarget::Unicode)
        .map_err(|e| wrong(e.to_string()))?;
    let mut font = ParsedFont::from_bytes(&bytes, 0, &mut Vec::new())
        .ok_or_else(|| wrong("its subset cannot be parsed".to_owned()))?;
    // Glyphs of a subset are numbered by their place in the list.
    font.codepoint_to_glyph = wanted
        .into_iter()
        .filter_map(|(code, gid)| {
            ids.binary_search(&gid).ok().and_then(|at| u16::try_from(at).ok()).map(|at| (code, at))
        })
        .collect();
    let tag = ["PLUMBR", "PLUMBS", "PLUMBM"][face as usize];
    font.font_name = Some(format!("{tag}+{}", face.name()));
    Ok(font)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_face_lacks_stays_visible() {
        let fonts = Fonts::shared().unwrap();
        assert_eq!(fonts.printable(Face::Regular, "Größe Ω Ж → ≥"), "Größe Ω Ж → ≥");
        let shown = fonts.printable(Face::Regular, "泵 A");
        assert!(shown.ends_with(" A") && shown.chars().count() == 3 && !shown.contains('泵'));
        assert!(fonts.width(Face::Regular, 10.0, &shown) > fonts.width(Face::Regular, 10.0, " A"));
    }

    #[test]
    fn figures_are_all_of_one_width() {
        let fonts = Fonts::shared().unwrap();
        for face in [Face::Regular, Face::Strong, Face::Mono] {
            let one = fonts.width(face, 10.0, "1");
            assert!(
                "0123456789".chars().all(|c| (fonts.width(face, 10.0, &c.to_string()) - one).abs() < 0.001)
            );
        }
    }

    #[test]
    fn subsets_are_small_and_keep_their_characters() {
        let used: BTreeSet<char> = "Zone Größe 0123".chars().collect();
        let font = embed(Face::Regular, &used).unwrap();
        assert!(font.original_bytes.len() < 20_000);
        assert!(used.iter().all(|c| font.lookup_glyph_index(u32::from(*c)).is_some_and(|gid| gid != 0)));
    }
}
