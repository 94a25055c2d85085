//! Laying out tables: widths by content, heads that come again, rows that are never cut.

use std::rc::Rc;

use super::{
    block::{Layout, baseline, leading},
    canvas::{Mark, Rgb},
    flow::{Atom, Head},
    font::Face,
    text::{widest_part, wrap},
};
use crate::content::{Cell, Column, ColumnKind, Table};

/// Space on either side of a cell's text.
pub(crate) const PAD: f32 = 4.0;
/// Rows whose words are measured one by one; of longer tables every n-th row.
const MEASURED: usize = 1500;

impl Layout<'_> {
    /// Lays out a table; `out` gets a piece for its title, its head and each row.
    pub(crate) fn table(
        &self,
        table: &Table,
        mut out: impl FnMut(Atom) -> Result<(), crate::Cancelled>,
    ) -> Result<(), crate::Cancelled> {
        let mut gap = self.scale.of(8.0);
        if !table.title.is_empty() {
            let set =
                self.set((0.0, 0.0), self.measure, Face::Strong, self.scale.of(8.6), Rgb::INK, &table.title);
            out(Atom {
                height: set.height + 2.0,
                gap: self.scale.of(10.0),
                marks: set.marks,
                keep: true,
                ..Atom::default()
            })?;
            gap = 1.0;
        }
        if table.rows.is_empty() {
            let set = self.set(
                (0.0, 0.0),
                self.measure,
                Face::Regular,
                self.scale.body(),
                Rgb::MUTED,
                &table.empty,
            );
            return out(Atom {
                height: set.height + 2.0,
                gap: gap.min(3.0),
                marks: set.marks,
                ..Atom::default()
            });
        }
        let size = if table.columns.len() > 8 { self.scale.of(7.3) } else { self.scale.small() };
        let grid = Grid { layout: self, table, size, widths: self.widths(table, size) };
        let head = Rc::new(grid.head());
        out(Atom { height: head.height, gap, marks: head.marks.clone(), keep: true, ..Atom::default() })?;
        let room = (self.depth - head.height - 4.0).max(80.0);
        let last = table.rows.len() - 1;
        for (index, row) in table.rows.iter().enumerate() {
            for (height, marks, whole) in grid.row(row, room, table.id == "signatures") {
                out(Atom {
                    height,
                    marks,
                    head: Some(head.clone()),
                    keep: whole && last > 1 && (index == 0 || index + 1 == last),
                    ..Atom::default()
                })?;
            }
        }
        Ok(())
    }

    /// Column widths: what the words ask for where there is room, else at least the widest word, the rest
    /// shared by need. Without the space on either side.
    pub(crate) fn widths(&self, table: &Table, size: f32) -> Vec<f32> {
        let room = self.measure - PAD * 2.0 * table.columns.len() as f32;
        let step = table.rows.len().div_ceil(MEASURED).max(1);
        let cap = room * 0.34;
        let (mut least, mut most): (Vec<f32>, Vec<f32>) = table
            .columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let words = self.fonts.width(Face::Strong, size, &column.title.replace('\u{ad}', ""));
                let mut least = widest_part(self.fonts, Face::Strong, size, &column.title);
                let mut most = words.min(least.max(62.0));
                for cell in table.rows.iter().step_by(step).filter_map(|row| row.get(at)) {
                    let face = face_of(column, cell);
                    least = least.max(widest_part(self.fonts, face, size, &cell.text)).min(cap.max(least));
                    most = most.max(self.fonts.width(face, size, &self.fonts.printable(face, &cell.text)));
                    if !cell.note.is_empty() {
                        let note = note_size(size);
                        least = least
                            .max(widest_part(self.fonts, Face::Regular, note, &cell.note).min(cap * 0.6));
                        // A note may wrap: it does not make its column wide.
                        let limit = if column.kind == ColumnKind::Text { room * 0.36 } else { room * 0.13 };
                        let natural = self.fonts.width(
                            Face::Regular,
                            note,
                            &self.fonts.printable(Face::Regular, &cell.note),
                        );
                        // Sentences need a column to be read in.
                        if column.kind == ColumnKind::Text && natural > room * 0.6 {
                            least = least.max(room * 0.34);
                        }
                        most = most.max(natural.min(limit));
                    }
                }
                (least, most.max(least))
            })
            .unzip();
        let blank = table.columns.iter().any(|c| c.kind == ColumnKind::Blank);
        for (column, width) in table.columns.iter().zip(&mut most) {
            *width = width.max(if column.kind == ColumnKind::Blank { room * 0.2 } else { 0.0 });
        }
        let wish: f32 = most.iter().sum();
        let need: f32 = least.iter().sum();
        if wish <= room {
            // What is left goes to the columns of words. A few short columns are not drawn out over the
            // page: the eye would lose the row.
            let room =
                if table.columns.len() <= 4 && wish < room * 0.5 && !blank { room * 0.6 } else { room };
            let words: f32 = table
                .columns
                .iter()
                .zip(&most)
                .filter(|(c, _)| c.kind == ColumnKind::Text)
                .map(|(_, w)| *w)
                .sum();
            let left = room - wish;
            for (column, width) in table.columns.iter().zip(&mut most) {
                *width += if words > 0.0 {
                    if column.kind == ColumnKind::Text { left * *width / words } else { 0.0 }
                } else {
                    left / table.columns.len() as f32
                };
            }
            return most;
        }
        if need > room {
            least.iter_mut().for_each(|w| *w *= room / need);
            return least;
        }
        // Square roots keep one very long cell from starving the others.
        let hunger: Vec<f32> = most.iter().zip(&least).map(|(m, l)| (m - l).max(0.0).sqrt()).collect();
        let mut left = room - need;
        let mut order: Vec<usize> = (0..least.len()).collect();
        order.sort_by(|a, b| {
            let full = |i: usize| (most[i] - least[i]) / hunger[i].max(0.01);
            full(*a).total_cmp(&full(*b))
        });
        let mut rest: f32 = hunger.iter().sum();
        for at in order {
            let share = if rest > 0.0 { left * hunger[at] / rest } else { 0.0 };
            let given = share.min(most[at] - least[at]);
            least[at] += given;
            left -= given;
            rest -= hunger[at];
        }
        least
    }
}

fn face_of(column: &Column, cell: &Cell) -> Face {
    match column.kind {
        ColumnKind::Code => Face::Mono,
        _ if cell.strong => Face::Strong,
        _ => Face::Regular,
    }
}

fn note_size(size: f32) -> f32 {
    size * 0.87
}

struct Grid<'a> {
    layout: &'a Layout<'a>,
    table: &'a Table,
    size: f32,
    widths: Vec<f32>,
}

/// A line of a cell.
struct Line {
    face: Face,
    size: f32,
    colour: Rgb,
    text: String,
}

impl Grid<'_> {
    fn cells<'c>(
        &'c self,
        texts: impl Iterator<Item = Vec<Line>> + 'c,
    ) -> impl Iterator<Item = (f32, f32, ColumnKind, Vec<Line>)> + 'c {
        let mut x = 0.0;
        texts.zip(&self.widths).zip(&self.table.columns).map(move |((lines, width), column)| {
            let left = x + PAD;
            x += width + PAD * 2.0;
            (left, *width, column.kind, lines)
        })
    }

    fn place(&self, line: Line, kind: ColumnKind, left: f32, width: f32, y: f32) -> Mark {
        let own = self.layout.fonts.width(line.face, line.size, &line.text);
        let x = match kind {
            ColumnKind::Number => left + width - own,
            ColumnKind::Mark => left + (width - own) / 2.0,
            _ => left,
        };
        Mark::text(x, y + baseline(line.size), line.face, line.size, line.colour, line.text)
    }

    fn head(&self) -> Head {
        let lines = |column: &Column, width: f32| -> Vec<Line> {
            wrap(self.layout.fonts, Face::Strong, self.size, &column.title, width)
                .into_iter()
                .map(|text| Line { face: Face::Strong, size: self.size, colour: Rgb::ACCENT, text })
                .collect()
        };
        let all: Vec<_> =
            self.cells(self.table.columns.iter().zip(&self.widths).map(|(c, w)| lines(c, *w))).collect();
        let most = all.iter().map(|(_, _, _, lines)| lines.len()).max().unwrap_or(1);
        let text = leading(self.size) * most as f32;
        let height = text + 6.0;
        let width: f32 = self.widths.iter().map(|w| w + PAD * 2.0).sum();
        let mut marks = vec![
            Mark::fill(0.0, 0.0, width, height, Rgb::PALE),
            Mark::line((0.0, height), (width, height), Rgb::ACCENT, 0.9),
        ];
        for (left, own, kind, lines) in all {
            // Heads stand on the rule.
            let mut y = 3.0 + text - leading(self.size) * lines.len() as f32;
            for line in lines {
                marks.push(self.place(line, kind, left, own, y));
                y += leading(self.size);
            }
        }
        Head { height: height + 1.0, marks }
    }

    /// A row; more than one piece only where it is taller than a page.
    fn row(&self, row: &[Cell], room: f32, tall: bool) -> Vec<(f32, Vec<Mark>, bool)> {
        let mut left: Vec<_> = self
            .cells(
                row.iter()
                    .zip(&self.table.columns)
                    .zip(&self.widths)
                    .map(|((cell, column), width)| self.lines(cell, column, *width)),
            )
            .map(|(x, width, kind, lines)| (x, width, kind, lines.into_iter().peekable()))
            .collect();
        let width: f32 = self.widths.iter().map(|w| w + PAD * 2.0).sum();
        let mut pieces = Vec::new();
        loop {
            let mut marks = Vec::new();
            let mut deepest: f32 = 0.0;
            let mut more = false;
            for (x, own, kind, lines) in &mut left {
                let mut y = 2.6;
                while let Some(line) = lines.peek() {
                    if y + leading(line.size) > room - 4.0 {
                        more = true;
                        break;
                    }
                    let Some(line) = lines.next() else { break };
                    let step = leading(line.size);
                    marks.push(self.place(line, *kind, *x, *own, y));
                    y += step;
                }
                deepest = deepest.max(y);
            }
            let height = (deepest + 2.6).max(if tall { 34.0 } else { 0.0 });
            marks.push(Mark::line((0.0, height), (width, height), Rgb::HAIR, 0.45));
            pieces.push((height, marks, !more && pieces.is_empty()));
            if !more {
                return pieces;
            }
        }
    }

    fn lines(&self, cell: &Cell, column: &Column, width: f32) -> Vec<Line> {
        let fonts = self.layout.fonts;
        let face = face_of(column, cell);
        let size = if face == Face::Mono { self.size * 0.95 } else { self.size };
        let mut lines: Vec<Line> = wrap(fonts, face, size, &cell.text, width)
            .into_iter()
            .map(|text| Line { face, size, colour: Rgb::INK, text })
            .collect();
        if !cell.note.is_empty() {
            let small = note_size(self.size);
            lines.extend(wrap(fonts, Face::Regular, small, &cell.note, width).into_iter().map(|text| Line {
                face: Face::Regular,
                size: small,
                colour: Rgb::MUTED,
                text,
            }));
        }
        lines
    }
}
