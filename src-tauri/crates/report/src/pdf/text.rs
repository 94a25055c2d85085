//! Breaking texts into lines.

use unicode_linebreak::linebreaks;

use super::font::{Face, Fonts};

const SOFT_HYPHEN: char = '\u{ad}';

/// Breaks a text into lines no wider than `width`: where Unicode allows it, at soft hyphens (shown as a
/// hyphen then), and inside words that are wider than a line by themselves. Never empty.
pub(crate) fn wrap(fonts: &Fonts, face: Face, size: f32, text: &str, width: f32) -> Vec<String> {
    let text = fonts.printable(face, text);
    if !text.contains(SOFT_HYPHEN) && fonts.width(face, size, &text) <= width {
        return vec![text.into_owned()];
    }
    let mut lines = Lines {
        fonts,
        face,
        size,
        max: width,
        done: Vec::new(),
        line: String::new(),
        used: 0.0,
        soft: false,
    };
    let mut start = 0;
    for (end, _) in linebreaks(&text) {
        if let Some(segment) = text.get(start..end) {
            lines.add(segment);
        }
        start = end;
    }
    lines.flush();
    if lines.done.is_empty() {
        lines.done.push(String::new());
    }
    lines.done
}

/// Width of the widest part of a text that is not broken unless it has to be.
pub(crate) fn widest_part(fonts: &Fonts, face: Face, size: f32, text: &str) -> f32 {
    let text = fonts.printable(face, text);
    let mut widest: f32 = 0.0;
    let mut start = 0;
    for (end, _) in linebreaks(&text) {
        let part = text.get(start..end).unwrap_or_default();
        let hyphen = if part.ends_with(SOFT_HYPHEN) { fonts.width(face, size, "-") } else { 0.0 };
        widest = widest.max(fonts.width(face, size, part.trim_end()) + hyphen);
        start = end;
    }
    widest
}

struct Lines<'f> {
    fonts: &'f Fonts,
    face: Face,
    size: f32,
    max: f32,
    done: Vec<String>,
    line: String,
    used: f32,
    /// The line ends at a soft hyphen so far.
    soft: bool,
}

impl Lines<'_> {
    fn width(&self, text: &str) -> f32 {
        self.fonts.width(self.face, self.size, text)
    }

    fn add(&mut self, segment: &str) {
        let soft = segment.ends_with(SOFT_HYPHEN);
        let shown: String = segment.chars().filter(|c| *c != SOFT_HYPHEN).collect();
        let need = self.width(shown.trim_end()) + if soft { self.width("-") } else { 0.0 };
        if !self.line.is_empty() && self.used + need > self.max {
            self.flush();
        }
        if need > self.max {
            self.add_in_pieces(&shown);
        } else {
            self.used += self.width(&shown);
            self.line.push_str(&shown);
        }
        self.soft = soft;
    }

    fn add_in_pieces(&mut self, word: &str) {
        for c in word.chars() {
            let mut buffer = [0; 4];
            let piece = c.encode_utf8(&mut buffer);
            let need = self.width(piece);
            if !self.line.is_empty() && self.used + need > self.max && c != ' ' {
                self.soft = false;
                self.flush();
            }
            self.used += need;
            self.line.push(c);
        }
    }

    fn flush(&mut self) {
        let mut line = self.line.trim_end().to_owned();
        if self.soft && !line.is_empty() && self.used + self.width("-") <= self.max {
            line.push('-');
        }
        if !line.is_empty() {
            self.done.push(line);
        }
        self.line.clear();
        self.used = 0.0;
        self.soft = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str, width: f32) -> Vec<String> {
        let fonts = Fonts::shared().unwrap();
        let lines = wrap(fonts, Face::Regular, 10.0, text, width);
        assert!(lines.iter().all(|l| fonts.width(Face::Regular, 10.0, l) <= width.max(11.0)), "{lines:?}");
        lines
    }

    #[test]
    fn nothing_is_cut() {
        let text = "Programmable controller Donaudampfschifffahrtsgesellschaftskapitänsmütze on the line";
        for width in [12.0, 30.0, 55.0, 90.0, 400.0] {
            let joined: String = lines(text, width).concat();
            assert_eq!(joined.replace(' ', ""), text.replace(' ', ""));
        }
    }

    #[test]
    fn soft_hyphens_show_only_where_a_line_ends() {
        assert_eq!(lines("Compen\u{ad}sation", 45.0), ["Compen-", "sation"]);
        assert_eq!(lines("Compen\u{ad}sation", 400.0), ["Compensation"]);
        assert_eq!(lines("", 40.0), [""]);
    }
}
