//! Pagination: puts what was laid out onto pages. What belongs together stays together, a table's head comes
//! again on every page it reaches, and no page stays empty.

use std::{collections::BTreeMap, rc::Rc};

use super::canvas::{Mark, Page, Sheet};

/// A piece that is never broken.
#[derive(Clone, Debug, Default)]
pub(crate) struct Atom {
    pub height: f32,
    /// Space above, dropped at the head of a page.
    pub gap: f32,
    /// Marks from the piece's upper left.
    pub marks: Vec<Mark>,
    /// Stays with the next piece.
    pub keep: bool,
    /// Comes again above the piece where a page begins with it.
    pub head: Option<Rc<Head>>,
    /// Place that links lead to.
    pub anchor: Option<String>,
    /// Entry of the table of contents and the bookmarks: order and text.
    pub entry: Option<Entry>,
    /// Begins a page.
    pub new_page: bool,
}

/// A table's head.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub height: f32,
    pub marks: Vec<Mark>,
}

/// An entry of the table of contents.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    /// 1 or 2.
    pub level: u8,
    pub number: String,
    pub title: String,
    pub anchor: String,
}

/// Where an anchor stands: page from 0, and points from its top.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub page: usize,
    pub y: f32,
}

/// Pages being filled.
#[derive(Clone)]
pub(crate) struct Flow {
    pub sheet: Sheet,
    pub pages: Vec<Page>,
    pub anchors: BTreeMap<String, Place>,
    pub entries: Vec<Entry>,
    y: f32,
    fresh: bool,
    held: Vec<Atom>,
}

impl Flow {
    pub(crate) fn new(sheet: Sheet) -> Flow {
        Flow {
            sheet,
            pages: Vec::new(),
            anchors: BTreeMap::new(),
            entries: Vec::new(),
            y: 0.0,
            fresh: false,
            held: Vec::new(),
        }
    }

    /// Adds a piece.
    pub(crate) fn add(&mut self, atom: Atom) {
        let keep = atom.keep;
        self.held.push(atom);
        if !keep {
            self.release();
        }
    }

    /// Adds a page that is laid out already.
    pub(crate) fn add_page(&mut self, page: Page) {
        self.release();
        self.pages.push(page);
        self.fresh = false;
        self.y = f32::MAX;
    }

    /// Ends the flow.
    pub(crate) fn finish(&mut self) {
        self.release();
    }

    fn new_page(&mut self) {
        self.pages.push(Page::default());
        self.y = 0.0;
        self.fresh = true;
    }

    fn release(&mut self) {
        let group = std::mem::take(&mut self.held);
        let Some(first) = group.first() else { return };
        let depth = self.sheet.depth();
        let height: f32 =
            group.iter().enumerate().map(|(i, a)| a.height + if i == 0 { 0.0 } else { a.gap }).sum();
        let gap = first.gap;
        let starts = first.new_page && !self.fresh;
        let whole = height <= depth;
        if self.pages.is_empty() || starts || (whole && !self.fresh && self.y + gap + height > depth) {
            self.new_page();
        }
        for atom in group {
            self.place(atom);
        }
    }

    fn place(&mut self, atom: Atom) {
        let depth = self.sheet.depth();
        if !self.fresh && self.y + atom.gap + atom.height > depth + 0.01 {
            self.new_page();
        }
        let page = self.pages.len().saturating_sub(1);
        let Some(current) = self.pages.last_mut() else { return };
        let (dx, top) = (self.sheet.left, self.sheet.top);
        if self.fresh {
            if let Some(head) = &atom.head {
                for mark in &head.marks {
                    let mut mark = mark.clone();
                    mark.shift(dx, top + self.y);
                    current.marks.push(mark);
                }
                self.y += head.height;
            }
        } else {
            self.y += atom.gap;
        }
        for mut mark in atom.marks {
            mark.shift(dx, top + self.y);
            current.marks.push(mark);
        }
        let place = Place { page, y: top + self.y };
        if let Some(anchor) = atom.anchor {
            self.anchors.insert(anchor, place);
        }
        if let Some(entry) = atom.entry {
            self.anchors.insert(entry.anchor.clone(), place);
            self.entries.push(entry);
        }
        self.y += atom.height;
        self.fresh = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow() -> Flow {
        Flow::new(Sheet { width: 100.0, height: 100.0, left: 0.0, right: 0.0, top: 0.0, bottom: 0.0 })
    }

    #[test]
    fn a_heading_goes_with_what_it_heads() {
        let mut flow = flow();
        flow.add(Atom { height: 70.0, ..Atom::default() });
        flow.add(Atom { height: 10.0, keep: true, anchor: Some("h".into()), ..Atom::default() });
        flow.add(Atom { height: 30.0, ..Atom::default() });
        flow.finish();
        assert_eq!(flow.pages.len(), 2);
        assert_eq!(flow.anchors.get("h"), Some(&Place { page: 1, y: 0.0 }));
    }

    #[test]
    fn heads_come_again_and_no_page_is_empty() {
        let mut flow = flow();
        let head = Rc::new(Head {
            height: 10.0,
            marks: vec![Mark::fill(0.0, 0.0, 1.0, 1.0, super::super::canvas::Rgb::INK)],
        });
        flow.add(Atom { height: 5.0, new_page: true, ..Atom::default() });
        for _ in 0..10 {
            flow.add(Atom { height: 30.0, head: Some(head.clone()), ..Atom::default() });
        }
        flow.finish();
        assert_eq!(flow.pages.len(), 4);
        assert!(flow.pages.iter().skip(1).all(|page| page.marks.len() == 1));
    }
}
