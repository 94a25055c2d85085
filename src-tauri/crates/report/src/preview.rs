//! The pages of a report as pictures, as they will be printed.

use crate::{
    ReportError,
    content::Content,
    docx::{Letters, pixels},
    input::Progress,
    pdf::{Laid, font::Fonts, lay_out},
};

/// A report laid out, of which pages can be looked at one by one.
pub struct Preview {
    laid: Laid,
    letters: Letters,
}

impl Preview {
    /// Lays a report out as the PDF will be.
    ///
    /// # Errors
    /// [`ReportError::Cancelled`] when the reader asks to stop, else what could not be drawn.
    pub fn of(content: &Content, progress: &dyn Progress) -> Result<Preview, ReportError> {
        Ok(Preview { laid: lay_out(content, Fonts::shared()?, progress)?, letters: Letters::new()? })
    }

    /// How many pages it has.
    pub fn pages(&self) -> u32 {
        u32::try_from(self.laid.pages.len()).unwrap_or(u32::MAX)
    }

    /// Width and height of its pages, in points.
    pub fn size(&self) -> (f32, f32) {
        (self.laid.sheet.width, self.laid.sheet.height)
    }

    /// A page as PNG of so many pixels a point, 0.25 to 4; none where there is no such page. The first is 0.
    ///
    /// # Errors
    /// When it cannot be drawn.
    pub fn page(&mut self, number: u32, scale: f32) -> Result<Option<Vec<u8>>, ReportError> {
        let size = self.size();
        let at = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(page) = self.laid.pages.get(at) else { return Ok(None) };
        pixels(&page.marks, size, scale.clamp(0.25, 4.0), &mut self.letters).map(Some)
    }
}
